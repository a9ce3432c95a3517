import { type ComponentType, useEffect, useEffectEvent, useState } from "react";
import { toasts } from "./toasts";

/**
 * A part of the page that is fetched when it is first opened. Where it cannot be, that is said and it is closed again, so
 * that it can be tried once more; `lazy` would keep the failure, and take the whole page with it.
 */
export function lazily<Props extends { onClose: () => void }>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let fetched: ComponentType<Props> | undefined;
  // biome-ignore lint/correctness/noComponentHookFactories: as `lazy`, it is called once for each part, in a module
  return function Lazily(props: Props) {
    const [Part, show] = useState(() => fetched);
    const close = useEffectEvent(() => props.onClose());
    useEffect(() => {
      let isLeft = false;
      const arrive = (part: ComponentType<Props>) => {
        fetched = part;
        if (!isLeft) show(() => part);
      };
      const fail = () => {
        if (isLeft) return;
        toasts.warn("This part of the page could not be fetched. Try it again when the network is there.");
        close();
      };
      if (!fetched) void load().then(arrive, fail);
      return () => {
        isLeft = true;
      };
    }, []);
    return Part ? <Part {...props} /> : null;
  };
}
