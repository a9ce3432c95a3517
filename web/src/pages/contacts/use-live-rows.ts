import { hashKey, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Problem } from "../../api/problem";
import { contactKey, contactQuery, isAskedAnew } from "../../api/queries";
import { goldenIdsOf, goneIdsOf, type LiveEvent } from "../../live/events";
import { Throttle } from "../../live/throttle";
import { useFeedStatus, useLive } from "../../live/use-live";
import { type ContactPages, firstPageOf, rowsOf, summaryOf, withRow } from "./rows";

const EVERY_MS = 1_500;
const ROWS_AT_ONCE = 10;
/** A list as short as this is not being read yet: it may fill itself. */
const SHORT = 15;

interface Noted {
  list: string;
  stale: boolean;
  gone: ReadonlySet<string>;
}

const NOTHING: Omit<Noted, "list"> = { stale: false, gone: new Set() };

interface LiveRows {
  /** Whether something changed that the list does not show. */
  stale: boolean;
  /** Contacts in the list that are no more, or part of another now. */
  gone: ReadonlySet<string>;
  /** Show the list as it is now. */
  showNews: () => Promise<void>;
}

/**
 * Keep a list true without moving a row under the reader's eyes: what is shown changes in place, what went is
 * marked, and what is new waits until it is asked for. `queryKey` is that of the list.
 */
export function useLiveRows(queryKey: QueryKey): LiveRows {
  const client = useQueryClient();
  const list = hashKey(queryKey);
  const pages = () => client.getQueryData<ContactPages>(queryKey);
  // A long list stands as it was left; what happened since then nobody heard.
  const begin = (): Noted => ({ list, ...NOTHING, stale: !isAskedAnew(pages()) });
  const [noted, setNoted] = useState(begin);
  // What was noted of another list says nothing of this one.
  if (noted.list !== list) setNoted(begin);
  const [throttle] = useState(() => new Throttle(EVERY_MS));
  const waiting = useRef(new Set<string>());
  // Only a stream that was not there yet when the list was asked for may have its first `ready` still before it.
  const begun = useRef(useFeedStatus() !== "connecting");

  useEffect(() => () => throttle.clear(), [throttle]);

  const { stale, gone } = noted.list === list ? noted : NOTHING;
  const note = (change: (before: Omit<Noted, "list">) => Omit<Noted, "list">) =>
    setNoted((before) => ({ list, ...change(before.list === list ? before : NOTHING) }));
  const noteStale = () => note((before) => ({ ...before, stale: true }));
  const noteGone = (ids: readonly string[]) =>
    note((before) => ({ stale: true, gone: new Set([...before.gone, ...ids]) }));
  const noteBack = (id: string) =>
    note((before) =>
      before.gone.has(id)
        ? { ...before, gone: new Set([...before.gone].filter((other) => other !== id)) }
        : before,
    );

  const showNews = async () => {
    setNoted({ list, ...NOTHING });
    client.setQueryData<ContactPages>(queryKey, firstPageOf);
    await client.invalidateQueries({ queryKey, exact: true });
  };

  const refreshRows = async () => {
    const ids = [...waiting.current].slice(0, ROWS_AT_ONCE);
    for (const id of ids) waiting.current.delete(id);
    await Promise.all(ids.map(refreshRow));
    if (waiting.current.size > 0) throttle.run("rows", () => void refreshRows());
  };

  const refreshRow = async (id: string) => {
    try {
      const detail = await client.fetchQuery({ ...contactQuery(id), staleTime: 0 });
      if (detail.id !== id) return noteGone([id]);
      client.setQueryData<ContactPages>(queryKey, (data) => withRow(data, summaryOf(detail)));
      noteBack(id);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) noteGone([id]);
      else noteStale();
      client.removeQueries({ queryKey: contactKey(id), exact: true });
    }
  };

  const missedSomething = () => {
    if (rowsOf(pages()).length <= SHORT) throttle.run("list", () => void showNews());
    else noteStale();
  };

  useLive((event: LiveEvent) => {
    if (event.name === "ready" && !begun.current) {
      // The list was asked for a moment before the stream was there; ask again rather than miss what lay between.
      begun.current = true;
      if ((pages()?.pages.length ?? 0) <= 1) throttle.run("list", () => void showNews());
      else noteStale();
    } else if (event.name === "ready" || event.name === "resync") {
      missedSomething();
    } else {
      const shown = new Set(rowsOf(pages()).map((row) => row.id));
      const ids = goldenIdsOf(event);
      const went = goneIdsOf(event).filter((id) => shown.has(id));
      const changed = ids.filter((id) => shown.has(id) && !went.includes(id));
      for (const id of changed) waiting.current.add(id);
      if (changed.length > 0) throttle.run("rows", () => void refreshRows());
      if (went.length > 0) noteGone(went);
      if (ids.some((id) => !shown.has(id))) missedSomething();
    }
  });

  const lookAtWhatIsLeft = useEffectEvent(() => {
    // Nobody reads a list of which nothing is left.
    if (rowsOf(pages()).every((row) => gone.has(row.id))) throttle.run("list", () => void showNews());
  });
  useEffect(() => {
    if (gone.size > 0) lookAtWhatIsLeft();
  }, [gone]);

  return { stale, gone, showNews };
}
