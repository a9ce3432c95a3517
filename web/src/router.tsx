import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { session } from "./api/client";
import { NotFound } from "./pages/not-found";
import { PageFailed } from "./pages/page-failed";
import { Shell } from "./pages/shell";
import { contactsSearch, localPath, optionalId, optionalText } from "./search-params";

interface Context {
  queryClient: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: PageFailed,
});

interface SignInSearch {
  next?: string | undefined;
}

const guest = createRoute({
  getParentRoute: () => root,
  id: "guest",
  validateSearch: (search): SignInSearch => ({ next: localPath(search["next"]) }),
  beforeLoad: async ({ search }) => {
    if ((await session.restore()).status === "in")
      throw redirect({ href: `/app${search.next ?? "/contacts"}` });
  },
});

const signIn = createRoute({
  getParentRoute: () => guest,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("./pages/sign-in/sign-in-page"), "SignInPage"),
});

const register = createRoute({
  getParentRoute: () => guest,
  path: "/register",
  component: lazyRouteComponent(() => import("./pages/sign-in/register-page"), "RegisterPage"),
});

const member = createRoute({
  getParentRoute: () => root,
  id: "member",
  component: Shell,
  beforeLoad: async ({ location }) => {
    if ((await session.restore()).status !== "in") {
      throw redirect({ to: "/sign-in", search: location.pathname === "/" ? {} : { next: location.href } });
    }
  },
});

const home = createRoute({
  getParentRoute: () => member,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/contacts" });
  },
});

const contacts = createRoute({
  getParentRoute: () => member,
  path: "/contacts",
  validateSearch: contactsSearch,
  component: lazyRouteComponent(() => import("./pages/contacts/contacts-page"), "ContactsPage"),
});

interface ContactSearch {
  /** The record that an answer rests on, as `recordKey` says it. */
  source?: string | undefined;
}

const contact = createRoute({
  getParentRoute: () => member,
  path: "/contacts/$contactId",
  validateSearch: (search): ContactSearch => ({ source: optionalText(search["source"]) }),
  component: lazyRouteComponent(() => import("./pages/contact/contact-page"), "ContactPage"),
});

interface ConnectionsSearch {
  connected?: string | undefined;
  problem?: string | undefined;
  sample?: boolean | undefined;
}

const connections = createRoute({
  getParentRoute: () => member,
  path: "/connections",
  validateSearch: (search): ConnectionsSearch => ({
    connected: optionalText(search["connected"]),
    problem: optionalText(search["problem"]),
    sample: search["sample"] === true || undefined,
  }),
  component: lazyRouteComponent(() => import("./pages/connections/connections-page"), "ConnectionsPage"),
});

const writtenBack = createRoute({
  getParentRoute: () => member,
  path: "/connections/written-back",
  component: lazyRouteComponent(() => import("./pages/connections/written-back-page"), "WrittenBackPage"),
});

interface ReviewSearch {
  /** The question that one comes for; without it, the one that is asked first. */
  pair?: string | undefined;
}

const review = createRoute({
  getParentRoute: () => member,
  path: "/review",
  validateSearch: (search): ReviewSearch => ({ pair: optionalId(search["pair"]) }),
  component: lazyRouteComponent(() => import("./pages/review/review-page"), "ReviewPage"),
});

const activity = createRoute({
  getParentRoute: () => member,
  path: "/activity",
  component: lazyRouteComponent(() => import("./pages/activity/activity-page"), "ActivityPage"),
});

const proposals = createRoute({
  getParentRoute: () => member,
  path: "/proposals",
  component: lazyRouteComponent(() => import("./pages/proposals/proposals-page"), "ProposalsPage"),
});

const settings = createRoute({
  getParentRoute: () => member,
  path: "/settings",
  component: lazyRouteComponent(() => import("./pages/settings/settings-page"), "SettingsPage"),
});

const usage = createRoute({
  getParentRoute: () => member,
  path: "/usage",
  component: lazyRouteComponent(() => import("./pages/usage/usage-page"), "UsagePage"),
});

const tree = root.addChildren([
  guest.addChildren([signIn, register]),
  member.addChildren([
    home,
    contacts,
    contact,
    review,
    connections,
    writtenBack,
    activity,
    proposals,
    settings,
    usage,
  ]),
]);

/** All pages, each below `/app`: the names without it belong to the interface. */
export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    basepath: "/app",
    context: { queryClient },
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
