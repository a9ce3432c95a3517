/** Say what a scope is for as something we do: "to read deals" is "Read deals". */
export function doing(purpose: string): string {
  const words = purpose.replace(/^to /, "");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
