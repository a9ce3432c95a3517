import { expect, test } from "vitest";
import type { Lineage } from "../../api/types";
import { emptyFields, filledFields } from "./known-fields";

const SAID: Lineage = {
  chosen: { value: "x", provider: "hubspot", connection_id: "c", provider_id: "1" },
  rule: "latest",
  losers: [],
};

test("what is known is shown in one order, and what nobody knows of can be added", () => {
  const lineage = { url: SAID, shoe_size: SAID, last_name: SAID, email: SAID };

  expect(filledFields({ lineage })).toEqual(["email", "last_name", "shoe_size"]);
  expect(emptyFields({ lineage }).slice(0, 2)).toEqual(["phone", "job_title"]);
  expect(emptyFields({ lineage })).not.toContain("email");
});
