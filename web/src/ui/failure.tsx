import { wordsOf } from "../api/problem";
import { Button } from "./button";
import { Notice } from "./notice";

/** Something could not be loaded: what, and a way to try again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => unknown }) {
  return (
    <Notice tone="bad" action={retry && <Button onClick={() => retry()}>Try again</Button>}>
      {wordsOf(error)}
    </Notice>
  );
}
