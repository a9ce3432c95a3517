/** Lay JSON out for the eye; whatever is none, or was cut, stays as it came. */
export function laidOut(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
