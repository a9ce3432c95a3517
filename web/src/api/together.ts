/** Makes one request of what is asked for one by one in the same moment, `most` at the most. */
export function together<K, V>(
  ask: (keys: K[]) => Promise<ReadonlyMap<K, V>>,
  most: number,
): (key: K) => Promise<V | undefined> {
  let gathering: { keys: Set<K>; answer: Promise<ReadonlyMap<K, V>> } | undefined;
  return async (key) => {
    if (!gathering || gathering.keys.size >= most) gathering = begin();
    const { keys, answer } = gathering;
    keys.add(key);
    return (await answer).get(key);
  };

  function begin() {
    const keys = new Set<K>();
    const answer = new Promise<void>((resolve) => setTimeout(resolve)).then(() => {
      if (gathering?.keys === keys) gathering = undefined;
      return ask([...keys]);
    });
    return { keys, answer };
  }
}
