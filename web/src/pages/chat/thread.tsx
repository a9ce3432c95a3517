import { Chat, useChat } from "@ai-sdk/react";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { lastAssistantMessageIsCompleteWithApprovalResponses } from "ai";
import { MessagesSquare } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { proposalsKey, threadKey } from "../../api/assistant";
import { session } from "../../api/client";
import { Problem, wordsOf } from "../../api/problem";
import { Failure } from "../../ui/failure";
import { Spinner } from "../../ui/spinner";
import { toasts } from "../../ui/toasts";
import { type KeptThread, makeTransport, readThread, stopTurn, threadsKey } from "./chats";
import { Composer } from "./composer";
import { Message } from "./message";
import type { ChatMessage } from "./parts";
import { unheard } from "./resending";
import { beforeTurn } from "./resuming";
import type { OpenContact } from "./use-open-contact";
import { useOutcomes } from "./use-outcomes";

/** Words come faster than anybody reads, and each would draw the whole message again. */
const DRAWN_EVERY_MS = 60;
/** So near the end a reader follows what comes. */
const NEAR_END_PX = 80;
/** A turn that cannot be followed is over in a moment, and then the server has kept what came of it. */
const LOOK_AGAIN_MS = 1_500;

/** What is told to those who do not see an answer come. */
const HEARD: Readonly<Record<string, string>> = {
  submitted: "The assistant is looking.",
  streaming: "The assistant is answering.",
  error: "The assistant could not answer.",
};

interface ThreadProps {
  id: string;
  kept: KeptThread;
  contact: OpenContact | undefined;
  /** The box to write in is there. */
  onShown: (box: HTMLElement) => void;
}

/** One conversation. A turn goes on at the server when the page is closed, and is followed again when it comes back. */
export function Thread({ id, kept, contact, onShown }: ThreadProps) {
  const client = useQueryClient();
  const [talk] = useState(() => makeChat(id, kept, client));
  const { messages, setMessages, status, error, sendMessage, regenerate, addToolApprovalResponse } = useChat({
    chat: talk,
    resume: kept.isAnswering,
    throttle: DRAWN_EVERY_MS,
  });
  const isBusy = status === "submitted" || status === "streaming";
  useOutcomes(talk, isBusy);
  const decide = useCallback(
    (decision: Parameters<typeof addToolApprovalResponse>[0]) => addToolApprovalResponse(decision),
    [addToolApprovalResponse],
  );
  const stop = async () => {
    try {
      // The stream says what was stopped, and ends.
      await stopTurn(id);
    } catch (failed) {
      toasts.warn(`It could not be stopped. ${wordsOf(failed)}`);
    }
  };
  const failure = error && told(error);
  const send = (text: string) => void sendMessage({ text }, bodyOf(contact));
  const retry = async () => {
    if (failure instanceof Problem) return regenerate(bodyOf(contact));
    try {
      // Without a word from the server nobody knows how far it came: what it kept says so.
      const question = unheard(messages, (await readThread(id)).messages);
      if (!question) return await client.invalidateQueries({ queryKey: threadKey(id) });
      setMessages(question.before);
      send(question.text);
    } catch (failed) {
      toasts.warn(wordsOf(failed));
    }
  };
  return (
    <>
      <Following of={messages}>
        {messages.length === 0 && <Welcome about={contact?.name} />}
        <ol aria-label="Conversation" className="flex flex-col gap-4">
          {messages.map((message) => (
            <Message key={message.id} message={message} decide={decide} />
          ))}
        </ol>
        {status === "submitted" && (
          <p aria-hidden="true" className="mt-4 flex items-center gap-2 text-muted text-sm">
            <Spinner /> Looking …
          </p>
        )}
        {failure && (
          <div className="mt-4">
            <Failure error={failure} retry={retry} />
          </div>
        )}
      </Following>
      <p role="status" className="sr-only">
        {HEARD[status] ?? (hasAnswered(messages) ? "The assistant has answered." : "")}
      </p>
      <Composer
        threadId={id}
        about={contact?.name}
        isBusy={isBusy}
        onShown={onShown}
        send={send}
        stop={() => void stop()}
      />
    </>
  );
}

function makeChat(id: string, kept: KeptThread, client: QueryClient): Chat<ChatMessage> {
  const lookAgain = () => void client.invalidateQueries({ queryKey: threadKey(id) });
  const talk: Chat<ChatMessage> = new Chat<ChatMessage>({
    id,
    messages: kept.messages,
    transport: makeTransport(session, {
      onFollowed: () => {
        talk.messages = beforeTurn(talk.messages);
      },
      onNothing: () => setTimeout(lookAgain, LOOK_AGAIN_MS),
    }),
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    onFinish: () => {
      void client.invalidateQueries({ queryKey: threadsKey });
      void client.invalidateQueries({ queryKey: proposalsKey });
    },
  });
  return talk;
}

/** A turn that failed says why in its stream, as an error without a name of its own. */
function told(error: Error): Error {
  return error.name === "Error"
    ? new Problem({ status: 502, slug: "turn-failed", message: error.message })
    : error;
}

function hasAnswered(messages: readonly ChatMessage[]): boolean {
  return messages.at(-1)?.role === "assistant";
}

function bodyOf(contact: OpenContact | undefined): { body: { contactId?: string } } {
  return { body: contact ? { contactId: contact.id } : {} };
}

/** Scrolls along with what comes, unless the reader went up to read. */
function Following({ of, children }: { of: readonly ChatMessage[]; children: React.ReactNode }) {
  const scroller = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  useEffect(() => {
    if (of.length > 0 && isFollowing.current)
      scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, [of]);
  return (
    <div
      ref={scroller}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isFollowing.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
      }}
      className="relative min-h-0 flex-1 overflow-y-auto overscroll-contain p-4"
    >
      {children}
    </div>
  );
}

function Welcome({ about }: { about: string | undefined }) {
  return (
    <div className="flex h-full flex-col items-center justify-center px-4 text-center">
      <MessagesSquare aria-hidden="true" className="mb-3 size-6 text-muted" strokeWidth={1.5} />
      <p className="font-medium">What would you like to know{about ? ` about ${about}` : ""}?</p>
      <p className="mt-1 text-muted text-sm">
        Answers name the records they rest on. Whatever would change something is proposed first, and done
        only when you approve it.
      </p>
    </div>
  );
}
