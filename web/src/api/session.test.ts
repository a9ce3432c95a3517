import { describe, expect, it } from "vitest";
import { json, problem, signedIn, standIn } from "../testing/stand-in";
import { Unreachable } from "./problem";
import { Session } from "./session";

const CREDENTIALS = { email: "ada@example.com", password: "correct horse battery staple" };

describe("coming back", () => {
  it("asks the cookie once and knows who is here", async () => {
    const server = await standIn({ "POST /auth/refresh": (_, response) => json(response, signedIn("t1")) });
    const session = new Session(server.origin);

    await session.restore();
    await session.restore();

    expect(session.state).toMatchObject({ status: "in", user: { email: "ada@example.com" } });
    expect(server.asked).toEqual(["POST /auth/refresh"]);
  });

  it("is out when the cookie is refused", async () => {
    const refused = await standIn({
      "POST /auth/refresh": (_, response) => problem(response, 401, "session-ended", "The session has ended"),
    });

    expect(await new Session(refused.origin).restore()).toEqual({ status: "out" });
  });

  it.each([500, 503, 429])("does not take a server that answers %i for a refusal", async (status) => {
    const server = await standIn({
      "POST /auth/refresh": (_, response) => problem(response, status, "unavailable", "Not now"),
    });
    const session = new Session(server.origin);

    await expect(session.restore()).rejects.toMatchObject({ status });
    expect(session.state).toEqual({ status: "unknown" });
  });

  it("says when nobody answers", async () => {
    await expect(new Session("http://127.0.0.1:1").restore()).rejects.toBeInstanceOf(Unreachable);
  });
});

describe("signing in", () => {
  it("passes on why it was refused", async () => {
    const server = await standIn({
      "POST /auth/login": (_, response) =>
        problem(response, 401, "wrong-credentials", "The email or the password is wrong"),
    });
    const session = new Session(server.origin);

    await expect(session.signIn(CREDENTIALS)).rejects.toThrow("The email or the password is wrong.");
    expect(server.asked).toEqual(["POST /auth/login"]);
  });

  it("sends the token from then on, until it is over", async () => {
    const tokens: (string | undefined)[] = [];
    const server = await standIn({
      "POST /auth/login": (_, response) => json(response, signedIn("t1")),
      "POST /auth/logout": (_, response) => void response.writeHead(204).end(),
      "GET /contacts": (request, response) => {
        tokens.push(request.headers.authorization);
        json(response, {});
      },
    });
    const session = new Session(server.origin);
    let changes = 0;
    session.subscribe(() => {
      changes += 1;
    });

    await session.signIn(CREDENTIALS);
    await session.fetch(new Request(`${server.origin}/contacts`));
    await session.signOut();
    await session.fetch(new Request(`${server.origin}/contacts`));

    expect(tokens).toEqual(["Bearer t1", undefined]);
    expect(session.state).toEqual({ status: "out" });
    expect(changes).toBe(2);
  });
});

describe("a token that is no longer taken", () => {
  it("is renewed once for all requests that met it, and each is repeated with its body", async () => {
    const bodies: string[] = [];
    const server = await standIn({
      "POST /auth/login": (_, response) => json(response, signedIn("old")),
      "POST /auth/refresh": (_, response) => void setTimeout(() => json(response, signedIn("new")), 20),
      "POST /things": (request, response) => {
        if (request.headers.authorization !== "Bearer new")
          return problem(response, 401, "unauthorized", "Sign in first");
        request.on("data", (chunk) => bodies.push(String(chunk)));
        request.on("end", () => json(response, {}));
      },
    });
    const session = new Session(server.origin);
    await session.signIn(CREDENTIALS);

    const ask = (body: string) =>
      session.fetch(new Request(`${server.origin}/things`, { method: "POST", body }));
    const answers = await Promise.all([ask("one"), ask("two"), ask("three")]);

    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(bodies.sort()).toEqual(["one", "three", "two"]);
    expect(server.asked.filter((name) => name === "POST /auth/refresh")).toHaveLength(1);
  });

  it("ends the session when it cannot be renewed, and the request is not repeated", async () => {
    const server = await standIn({
      "POST /auth/login": (_, response) => json(response, signedIn("old")),
      "POST /auth/refresh": (_, response) => problem(response, 401, "session-ended", "The session has ended"),
      "GET /contacts": (_, response) => problem(response, 401, "unauthorized", "Sign in first"),
    });
    const session = new Session(server.origin);
    await session.signIn(CREDENTIALS);

    const answer = await session.fetch(new Request(`${server.origin}/contacts`));

    expect(answer.status).toBe(401);
    expect(session.state).toEqual({ status: "out" });
    expect(server.asked).toEqual(["POST /auth/login", "GET /contacts", "POST /auth/refresh"]);
  });

  it("is renewed once only: a server that refuses the new one too is believed", async () => {
    const server = await standIn({
      "POST /auth/login": (_, response) => json(response, signedIn("old")),
      "POST /auth/refresh": (_, response) => json(response, signedIn("new")),
      "GET /contacts": (_, response) => problem(response, 401, "unauthorized", "Sign in first"),
    });
    const session = new Session(server.origin);
    await session.signIn(CREDENTIALS);

    const answer = await session.fetch(new Request(`${server.origin}/contacts`));

    expect(answer.status).toBe(401);
    expect(server.asked.filter((name) => name === "GET /contacts")).toHaveLength(2);
  });
});
