import { config } from "zod/v4/core";

// What reads the chat's stream would make code out of its schemas, and tries when it is loaded whether it may: the
// policy of this page forbids it, and would say so each time. Imported before all that brings schemas along.
config({ jitless: true });
