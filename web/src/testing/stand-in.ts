import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface StandIn {
  origin: string;
  /** What was asked, in order: `POST /auth/refresh`. */
  asked: string[];
}

/** Serve answers over real HTTP for the length of a test, in the gateway's place. */
export async function standIn(answers: Record<string, Answer>): Promise<StandIn> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = `${request.method} ${request.url}`;
    asked.push(name);
    const answer = answers[name];
    if (answer) answer(request, response);
    else problem(response, 404, "not-found", "Not found");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

export function problem(response: ServerResponse, status: number, type: string, title: string): void {
  response.writeHead(status, { "Content-Type": "application/problem+json" });
  response.end(JSON.stringify({ type, title, status }));
}

/** What auth answers to who signs in. */
export function signedIn(token: string) {
  const user = {
    id: "u1",
    email: "ada@example.com",
    first_name: "Ada",
    last_name: "Lovelace",
    workspace_id: "w1",
  };
  return { token, expires_at: "2030-01-01T00:00:00Z", user };
}
