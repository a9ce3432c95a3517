import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { Failure } from "../ui/failure";

/** A page that could not be shown at all. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = async () => {
    reset();
    await router.invalidate();
  };
  return (
    <main className="mx-auto max-w-lg p-6">
      <Failure error={error} retry={retry} />
    </main>
  );
}
