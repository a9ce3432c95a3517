import { promises as files } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const COMPRESSIBLE = /\.(html|js|css|svg)$/;
const SMALL_BYTES = 1_000;

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

export default defineConfig({
  base: "/app/",
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
