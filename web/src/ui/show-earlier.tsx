import { Button } from "./button";

interface Earlier {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

interface ShowEarlierProps {
  list: Earlier;
  /** What it says where the things have no time. */
  words?: string;
}

/** The way to what comes after the things that are shown, mostly what came before. */
export function ShowEarlier({ list, words = "Show earlier" }: ShowEarlierProps) {
  if (!list.hasNextPage) return null;
  return (
    <Button look="quiet" className="mt-2" busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
      {words}
    </Button>
  );
}
