import { useEffect, useEffectEvent, useRef } from "react";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";

interface MoreRowsProps {
  list: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: unknown;
    fetchNextPage: () => unknown;
  };
}

/** The end of a list that goes on: the next page comes when it is scrolled to, or asked for. */
export function MoreRows({ list }: MoreRowsProps) {
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchNextPageError } = list;
  const reached = useEffectEvent(() => {
    if (!list.isFetchingNextPage) list.fetchNextPage();
  });

  useEffect(() => {
    if (!hasNextPage || isFetchNextPageError || !end.current) return;
    const watch = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && reached(),
      { rootMargin: "400px" },
    );
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [hasNextPage, isFetchNextPageError]);

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
