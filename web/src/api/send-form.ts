import { Unreachable } from "./problem";

/** Who wants to know how far a form is on its way, and may call it off. */
export interface Watched {
  tell?: ((sent: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Send a form: by the old way, because fetch does not tell how much has gone. */
export function sendForm(
  url: string,
  form: FormData,
  token: string | null,
  { tell, signal }: Watched,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    if (token !== null) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = (event) => tell?.(event.loaded, event.total);
    request.onload = () => {
      const type = request.getResponseHeader("Content-Type") ?? "";
      resolve(
        new Response(request.responseText, { status: request.status, headers: { "Content-Type": type } }),
      );
    };
    request.onerror = () => reject(new Unreachable(request.statusText));
    request.onabort = () => reject(new DOMException("called off", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    if (signal?.aborted) reject(new DOMException("called off", "AbortError"));
    else request.send(form);
  });
}
