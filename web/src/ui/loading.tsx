/** Something is being asked for. */
export function Loading() {
  return (
    <div aria-busy="true" className="space-y-2 py-1">
      <span className="sr-only">Loading</span>
      {["w-3/5", "w-4/5", "w-2/5"].map((width) => (
        <div key={width} aria-hidden="true" className={`h-4 animate-pulse rounded bg-hover ${width}`} />
      ))}
    </div>
  );
}
