import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { providersQuery } from "../../api/connections";
import type { Connection } from "../../api/types";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { ConnectDialog } from "./connect-dialog";
import { asksNothing, isUsable, useConsent } from "./ways-in";

/** The way back into an account that no longer lets us in. */
export function Reconnect({ connection, words = "Reconnect" }: { connection: Connection; words?: string }) {
  const providers = useQuery(providersQuery);
  const provider = providers.data?.find(({ name }) => name === connection.provider);
  const consent = useConsent(connection.provider);
  const [asking, setAsking] = useState(false);
  // Where there is no way in any more, the answer to the attempt says so.
  const ask = provider && isUsable(provider) && !asksNothing(provider);
  return (
    <>
      <Button
        look={words === "Reconnect" ? "primary" : "plain"}
        busy={consent.isPending || providers.isPending}
        disabled={providers.isError}
        onClick={() => (ask ? setAsking(true) : consent.mutate({}))}
      >
        {words}
      </Button>
      {providers.isError && <Failure error={providers.error} retry={providers.refetch} />}
      {consent.isError && <Failure error={consent.error} />}
      {ask && asking && (
        <ConnectDialog
          provider={provider}
          accountId={connection.account_id}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
