import { useEffect, useEffectEvent, useRef } from "react";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";

interface MoreRowsProps {
  list: {
    hasNextPage: boolean;
    isFetching: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: unknown;
    fetchNextPage: () => unknown;
  };
}

/** The end of a list that goes on: the next page comes when it is scrolled to, or asked for. */
export function MoreRows({ list }: MoreRowsProps) {
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetching, isFetchNextPageError } = list;
  const reached = useEffectEvent(() => list.fetchNextPage());

  useEffect(() => {
    // Asking for more while the list is asked for anew would call that off. Afterwards it is watched afresh: an end
    // that is still in sight changes nothing that an observer would tell.
    if (!hasNextPage || isFetching || isFetchNextPageError || !end.current) return;
    const watch = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && reached(),
      { rootMargin: "400px" },
    );
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [hasNextPage, isFetching, isFetchNextPageError]);

  if (isFetchNextPageError) {
    return (
      <div className="p-4 md:px-6">
        <Failure error={list.error} retry={list.fetchNextPage} />
      </div>
    );
  }
  return (
    <div ref={end} className="flex justify-center p-4">
      {hasNextPage && (
        <Button look="quiet" busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          Show more
        </Button>
      )}
    </div>
  );
}
