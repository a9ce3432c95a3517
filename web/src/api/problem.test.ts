import { describe, expect, it } from "vitest";
import { mayPass, Problem, problemOf, Unreachable, wordsOf } from "./problem";

describe("problemOf", () => {
  it.each([
    [
      409,
      { type: "email-taken", title: "There is an account", status: 409 },
      "email-taken",
      "There is an account.",
    ],
    [400, { type: "x", title: "Title", detail: "the detail" }, "x", "The detail."],
    [502, null, "unknown", "The server answered 502."],
    [502, "<html>Bad gateway</html>", "unknown", "The server answered 502."],
    [500, { title: 5, detail: ["no text"] }, "unknown", "The server answered 500."],
  ])("reads %i %j", (status, body, slug, message) => {
    expect(problemOf(status, body)).toMatchObject({ status, slug, message });
  });

  it("says which fields are wrong", () => {
    const body = {
      type: "invalid-input",
      title: "Some of the input is not valid",
      errors: [{ field: "email", message: "too long" }, { field: "", message: "nameless" }, null],
    };

    expect(problemOf(400, body).fields).toEqual({ email: "Too long." });
    expect(problemOf(400, { title: "x", detail: "empty", field: "first_name" }).fields).toEqual({
      first_name: "Empty.",
    });
  });
});

it.each([
  [new Problem({ status: 404, slug: "x", message: "x" }), false],
  [new Problem({ status: 429, slug: "x", message: "x" }), true],
  [new Problem({ status: 503, slug: "x", message: "x" }), true],
  [new Unreachable("x"), true],
])("trying %s again helps: %s", (error, helps) => {
  expect(mayPass(error)).toBe(helps);
});

it("does not show a bug's own words to people", () => {
  expect(wordsOf(new TypeError("x is undefined"))).not.toContain("undefined");
});
