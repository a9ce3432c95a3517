import { expect, it } from "vitest";
import { laidOut } from "./json";

it("lays JSON out, and leaves what is none as it came", () => {
  expect(laidOut('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(laidOut('{"a":[1')).toBe('{"a":[1');
});
