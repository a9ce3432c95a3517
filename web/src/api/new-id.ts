const BYTES = 16;

/**
 * Make an id that nobody else has (UUID, version 4). `crypto.randomUUID` does the same, but browsers have it only where
 * an address is secure, and in a house's own network ours may be plain http.
 */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = (((bytes[8] ?? 0) & 0x3f) | 0x80).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    variant + digits.slice(18, 20),
    digits.slice(20),
  ].join("-");
}
