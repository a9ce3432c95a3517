import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    // No test leaves anything behind, and a worker for each file costs more than its tests.
    isolate: false,
    restoreMocks: true,
  },
});
