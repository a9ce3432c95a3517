import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { answered, api } from "../../api/client";
import { accessTokensQuery } from "../../api/queries";
import type { AccessToken } from "../../api/types";
import { Ago, useNow } from "../../ui/ago";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Failure } from "../../ui/failure";
import { dayOf } from "../../ui/format";
import { Loading } from "../../ui/loading";
import { toasts } from "../../ui/toasts";
import { NewTokenDialog } from "./new-token-dialog";
import { Section } from "./section";
import { scopeWords } from "./token-words";

/** The tokens by which programs and other assistants work in a person's name. */
export function AccessTokens() {
  const tokens = useQuery(accessTokensQuery);
  const [isMaking, setMaking] = useState(false);
  return (
    <Section
      title="Access tokens"
      says="For programs of yours, and assistants that speak MCP: each does what its scopes allow, in your name."
    >
      {tokens.isPending && <Loading />}
      {tokens.isError && <Failure error={tokens.error} retry={tokens.refetch} />}
      {tokens.data?.length === 0 && <p className="text-muted text-sm">There are none.</p>}
      <ul aria-label="Access tokens" className="divide-y">
        {tokens.data?.map((token) => (
          <OneToken key={token.id} token={token} />
        ))}
      </ul>
      <Button className="mt-3" onClick={() => setMaking(true)}>
        <Plus aria-hidden="true" className="size-3.5" />
        New token
      </Button>
      {isMaking && <NewTokenDialog onClose={() => setMaking(false)} />}
    </Section>
  );
}

function OneToken({ token }: { token: AccessToken }) {
  const [isRevoking, setRevoking] = useState(false);
  const hasEnded = Date.parse(token.expires_at) <= useNow();
  return (
    <li className="flex items-center gap-3 py-2.5 first:pt-0">
      <KeyRound aria-hidden="true" className="size-4 shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium text-sm [overflow-wrap:anywhere]">
          {token.name}
          {token.scopes.map((scope) => (
            <span key={scope} className="rounded-md bg-hover px-1.5 py-0.5 font-normal text-muted text-xs">
              {scopeWords(scope)}
            </span>
          ))}
        </p>
        <p className="text-muted text-xs">
          {token.used_at ? (
            <>
              Last used <Ago at={token.used_at} />
            </>
          ) : (
            "Never used"
          )}
          {" · "}
          <span className={hasEnded ? "text-warn" : ""}>
            {hasEnded ? "ended" : "ends"} {dayOf(token.expires_at)}
          </span>
        </p>
      </div>
      <Button aria-label={`Revoke the token ${token.name}`} onClick={() => setRevoking(true)}>
        Revoke
      </Button>
      {isRevoking && <RevokeDialog token={token} onClose={() => setRevoking(false)} />}
    </li>
  );
}

/** A revoked token has no way back, so it is asked for. */
function RevokeDialog({ token, onClose }: { token: AccessToken; onClose: () => void }) {
  const client = useQueryClient();
  const revoking = useMutation({
    mutationFn: () =>
      answered(api.DELETE("/auth/tokens/{token_id}", { params: { path: { token_id: token.id } } })),
    onSuccess: () => {
      onClose();
      toasts.say(`The token “${token.name}” is revoked`);
    },
    onSettled: () => client.invalidateQueries({ queryKey: accessTokensQuery.queryKey }),
  });
  return (
    <Dialog title={`Revoke the token “${token.name}”?`} onClose={onClose}>
      <p className="text-sm">
        Whatever uses it is refused from then on. It cannot be had back: a program that goes on needs a new
        one.
      </p>
      {revoking.isError && <Failure error={revoking.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" busy={revoking.isPending} onClick={() => revoking.mutate()}>
          Revoke
        </Button>
      </div>
    </Dialog>
  );
}
