import { promises as files } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import subsetFont from "subset-font";
import { defineConfig, type Plugin } from "vite";

const COMPRESSIBLE = /\.(html|js|css|svg)$/;
const SMALL_BYTES = 1_000;

const FONTS = path.resolve("node_modules/.cache/fonts");
/** The weights that the page uses. */
const WEIGHTS = { wght: { min: 400, max: 700 } };
/**
 * What names and prices of people who write in Latin letters need, as numbers of characters: all but the first line is in
 * the font's second file, which has thousands more. What is in neither is shown in the system's font.
 */
const LATIN = [
  [0x00, 0xff],
  ...[[0x131], [0x152, 0x153], [0x2bb, 0x2bc], [0x2c6], [0x2da], [0x2dc], [0x304], [0x308], [0x329]],
  ...[[0x2000, 0x206f], [0x20ac], [0x2122], [0x2190, 0x2193], [0x2212], [0x2215], [0xfeff], [0xfffd]],
];
const LATIN_EXTENDED = [
  [0x100, 0x17f],
  ...[
    [0x181],
    [0x186],
    [0x18a],
    [0x18f, 0x190],
    [0x198, 0x199],
    [0x1cd, 0x1dc],
    [0x218, 0x21b],
    [0x253, 0x254],
  ],
  ...[[0x257], [0x259], [0x25b], [0x1e9e], [0x20a0, 0x20c0]],
];

/** Cut the fonts that nearly everybody loads down to what the page needs of them: a third. */
async function cutFonts(): Promise<void> {
  const inter = path.dirname(createRequire(import.meta.url).resolve("@fontsource-variable/inter"));
  await files.mkdir(FONTS, { recursive: true });
  for (const [name, ranges] of [
    ["latin", LATIN],
    ["latin-ext", LATIN_EXTENDED],
  ] as const) {
    const whole = await files.readFile(path.join(inter, "files", `inter-${name}-wght-normal.woff2`));
    const cut = await subsetFont(whole, lettersIn(ranges), { targetFormat: "woff2", variationAxes: WEIGHTS });
    await files.writeFile(path.join(FONTS, `inter-${name}.woff2`), cut);
  }
}

function lettersIn(ranges: readonly (readonly number[])[]): string {
  const numbers = ranges.flatMap(([first = 0, last = first]) =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at),
  );
  return String.fromCodePoint(...numbers);
}

/** Write a `.br` and a `.gz` beside each file of text, so that the gateway compresses nothing while it serves. */
function precompress(): Plugin {
  let folder = "";
  return {
    name: "precompress",
    apply: "build",
    configResolved(config) {
      folder = path.resolve(config.root, config.build.outDir);
    },
    async closeBundle() {
      const names = await files.readdir(folder, { recursive: true });
      await Promise.all(
        names.filter((name) => COMPRESSIBLE.test(name)).map((name) => compress(path.join(folder, name))),
      );
    },
  };
}

async function compress(file: string): Promise<void> {
  const plain = await files.readFile(file);
  if (plain.length < SMALL_BYTES) return;
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  await files.writeFile(`${file}.br`, await promisify(brotliCompress)(plain, brotli));
  await files.writeFile(`${file}.gz`, await promisify(gzip)(plain, { level: constants.Z_BEST_COMPRESSION }));
}

await cutFonts();

export default defineConfig({
  base: "/app/",
  resolve: { alias: { "@fonts": FONTS } },
  plugins: [react(), tailwind(), precompress()],
  build: {
    // The policy of the page allows no `data:` beyond pictures.
    assetsInlineLimit: 0,
    sourcemap: false,
  },
  server: {
    // `npm run dev` beside a running house: everything that is not the page goes to its gateway.
    proxy: { "^/(?!app/)": { target: process.env["GATEWAY_URL"] ?? "http://localhost:4000" } },
  },
});
