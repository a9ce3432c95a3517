import { Problem, readProblem, Unreachable } from "./problem";
import { sendForm, type Watched } from "./send-form";
import type { Credentials, Registration, SignedIn, User } from "./types";

/** Who is here. `unknown` lasts until the cookie was asked about once. */
export type SessionState =
  | { readonly status: "unknown" }
  | { readonly status: "out" }
  | { readonly status: "in"; readonly user: User };

/**
 * The person's session. The access token lives in this object and nowhere else; the refresh token is in a cookie
 * that no script can read.
 */
export class Session {
  readonly origin: string;
  #state: SessionState = { status: "unknown" };
  #token: string | null = null;
  #refreshing: Promise<boolean> | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(origin: string) {
    this.origin = origin;
  }

  get state(): SessionState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Tell who is here, asking the cookie if nobody did yet. Throws when the server cannot say. */
  async restore(): Promise<SessionState> {
    if (this.#state.status === "unknown") await this.#refresh();
    return this.#state;
  }

  /** Sign in. Throws a `Problem` for wrong credentials. */
  async signIn(credentials: Credentials): Promise<void> {
    this.#enter(await this.#post("/auth/login", credentials));
  }

  /** Make an account and sign in. Throws a `Problem`, such as for an email that is taken. */
  async register(registration: Registration): Promise<void> {
    this.#enter(await this.#post("/auth/register", registration));
  }

  /** End the session here and at the server. */
  async signOut(): Promise<void> {
    const answer = await send(post(`${this.origin}/auth/logout`));
    if (!answer.ok) throw await readProblem(answer);
    this.leave();
  }

  /** Forget who is here, as when another tab has signed out. */
  leave(): void {
    this.#token = null;
    this.#become({ status: "out" });
  }

  /** Fetch as the person who is here. A token that is no longer taken is renewed once, and the request repeated. */
  readonly fetch = (request: Request): Promise<Response> =>
    this.#asPerson((token) => send(signed(request.clone(), token)));

  /** Send a form as the person who is here, and be told how much of it has gone. */
  readonly upload = (path: string, form: FormData, watched: Watched): Promise<Response> =>
    this.#asPerson((token) => sendForm(this.origin + path, form, token, watched));

  async #asPerson(ask: (token: string | null) => Promise<Response>): Promise<Response> {
    const token = this.#token;
    const answer = await ask(token);
    if (answer.status !== 401) return answer;
    // Several requests may have been refused at once: the first renews, the others go on with what it got.
    const renewed = this.#token !== token || (await this.#refresh());
    return renewed && this.#token !== null ? ask(this.#token) : answer;
  }

  /** Take over what the person changed of themselves. */
  know(user: User): void {
    if (this.#state.status === "in") this.#become({ status: "in", user });
  }

  #refresh(): Promise<boolean> {
    this.#refreshing ??= this.#askForToken().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #askForToken(): Promise<boolean> {
    try {
      this.#enter(await this.#post("/auth/refresh"));
      return true;
    } catch (error) {
      if (!(error instanceof Problem && error.status === 401)) throw error;
      this.leave();
      return false;
    }
  }

  async #post(path: string, body?: Credentials | Registration): Promise<SignedIn> {
    const answer = await send(post(this.origin + path, body));
    if (!answer.ok) throw await readProblem(answer);
    // As the interface describes it; the types are made from that description.
    return (await answer.json()) as SignedIn;
  }

  #enter(said: SignedIn): void {
    this.#token = said.token;
    this.#become({ status: "in", user: said.user });
  }

  #become(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Unreachable(error);
  }
}

function post(url: string, body?: unknown): Request {
  const init: RequestInit = { method: "POST", credentials: "same-origin" };
  if (body === undefined) return new Request(url, init);
  return new Request(url, {
    ...init,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

function signed(request: Request, token: string | null): Request {
  if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}
