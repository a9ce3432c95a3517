import type { components, operations, paths } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["auth_UserView"];
export type Credentials = Schemas["auth_Credentials"];
export type Registration = Schemas["auth_Registration"];
export type SignedIn = Schemas["auth_SessionView"];

export type Connection = Schemas["connections_ConnectionView"];
export type Provider = Schemas["connections_ProviderView"];
export type FormField = Schemas["connections_FormField"];
/** The routes that take credentials in place of a consent: one for each provider that knows such a way in. */
export type CredentialsPath = {
  [P in keyof paths]: P extends `/connections/${string}{${string}`
    ? never
    : P extends `/connections/${string}`
      ? paths[P] extends { post: { requestBody: { content: { "application/json": unknown } } } }
        ? P
        : never
      : never;
}[keyof paths];
export type SignInWith<P extends CredentialsPath> =
  paths[P]["post"]["requestBody"]["content"]["application/json"];
/** The routes that take a file, one for each kind of file. */
export type FilePath = {
  [P in keyof paths]: P extends `${string}/preview`
    ? never
    : paths[P] extends { post: { requestBody: { content: { "multipart/form-data": unknown } } } }
      ? P
      : never;
}[keyof paths];
export type Sync = Schemas["sync_worker_SyncView"];
export type StreamCoverage = Schemas["sync_worker_StreamCoverage"];
export type Skipped = Schemas["sync_worker_SkippedView"];
export type Budget = Schemas["sync_worker_BudgetView"];
export type FilePreview = Schemas["sync_worker_FilePreview"];
export type FileTaken = Schemas["sync_worker_FileTaken"];
export type Action = Schemas["sync_worker_ActionView"];
export type PossibleAction = Schemas["sync_worker_Possible"];
export type SyncCounts = Schemas["sync_worker_SyncCounts"];

export type ContactPage = Schemas["identity_ContactPage"];
export type ContactSummary = Schemas["identity_ContactSummary"];
export type ContactDetail = Schemas["identity_ContactDetail"];
export type Lineage = Schemas["identity_Lineage"];
export type FieldValue = Schemas["identity_FieldValue"];
export type Source = Schemas["identity_SourceView"];
export type Interaction = Schemas["identity_InteractionView"];
export type HistoryEntry = Omit<Schemas["identity_HistoryView"], "edges"> & {
  // Without the pair that an edge lies between: the client's types lose that it has two ends.
  edges: Omit<Schemas["identity_HistoryEdge"], "between">[];
};
export type SavedView = Schemas["identity_SavedView"];
export type NewView = Schemas["identity_NewView"];
export type ViewChange = Schemas["identity_ViewChange"];
export type ViewColumn = NonNullable<ViewChange["columns"]>[number];
export type Outcome = Omit<Schemas["identity_Outcome"], "entries"> & { entries: HistoryEntry[] };
export type SourceName = Schemas["identity_SourceName"];

export type Sort = NonNullable<
  NonNullable<operations["identity_ContactsListContacts"]["parameters"]["query"]>["sort"]
>;

export type Suggestion = Schemas["identity_SuggestionView"];
export type Activity = Omit<Schemas["identity_ActivityView"], "edges"> & Pick<HistoryEntry, "edges">;
export type Verdict = Schemas["identity_AnswerOne"]["decision"];
export type Rules = Schemas["identity_RulesView"];
export type RulesWish = Schemas["identity_RulesWish"];
export type RulesPreview = Schemas["identity_RulesPreview"];
export type PreviewedChange = Schemas["identity_PreviewedChange"];
export type RulesVersion = Schemas["identity_RulesVersion"];
export type OpenSession = Schemas["auth_OpenSessionView"];
export type AccessToken = Schemas["auth_PersonalTokenView"];
export type AccessTokenWish = Schemas["auth_PersonalTokenWish"];

export type ChatHead = Schemas["agent_ChatHeadView"];
export type ChatRequest = Schemas["agent_ChatRequest"];
export type Usage = Schemas["agent_UsageView"];
export type UsageDay = Schemas["agent_UsageDay"];
export type Proposal = Schemas["agent_ProposalView"];
export type ProposedStep = Schemas["agent_ProposedStep"];

/** One page of a list; `next_cursor` is opaque, and nothing on the last page. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}
