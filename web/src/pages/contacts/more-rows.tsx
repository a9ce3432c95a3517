import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { Spinner } from "../../ui/spinner";

interface MoreRowsProps {
  list: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: unknown;
    fetchNextPage: () => unknown;
  };
}

/** The end of what is there of a list: the next page is on its way, can be asked for, or did not come. */
export function MoreRows({ list }: MoreRowsProps) {
  if (list.isFetchNextPageError) {
    return (
      <div className="sticky left-0 p-4 md:px-6">
        <Failure error={list.error} retry={list.fetchNextPage} />
      </div>
    );
  }
  if (!list.hasNextPage) return null;
  return (
    <div className="sticky left-0 flex justify-center p-3">
      {list.isFetchingNextPage ? (
        <Spinner />
      ) : (
        <Button look="quiet" onClick={() => list.fetchNextPage()}>
          Show more
        </Button>
      )}
    </div>
  );
}
