import { Button } from "./button";

interface Earlier {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** The way to what came before the things that are shown. */
export function ShowEarlier({ list }: { list: Earlier }) {
  if (!list.hasNextPage) return null;
  return (
    <Button look="quiet" className="mt-2" busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
      Show earlier
    </Button>
  );
}
