import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { sessionQuery } from './api/session.ts';
import { PageFailure } from './shell/page-failure.tsx';
import { Shell } from './shell/shell.tsx';
import { Unknown } from './shell/unknown.tsx';

interface RouterContext {
  queries: QueryClient;
}

const root = createRootRouteWithContext<RouterContext>()({ component: Outlet, notFoundComponent: Unknown });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./sign-in/sign-in-page.tsx'), 'SignInPage'),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('./sign-in/forgot-password-page.tsx'), 'ForgotPasswordPage'),
});
const setPassword = createRoute({
  getParentRoute: () => root,
  path: '/set-password',
  component: lazyRouteComponent(() => import('./sign-in/set-password-page.tsx'), 'SetPasswordPage'),
});

/** Everything but the sign-in needs a session; who has none is led there and back again. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (!session.authenticated) throw redirect({ to: '/sign-in', search: { next: location.href } as never });
  },
});

const page = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => shell, path, component });
/** Also where an address leads nowhere the navigation stays. */
const nowhere = createRoute({ getParentRoute: () => shell, path: '$', component: Unknown });

const projects = page(
  '/',
  lazyRouteComponent(() => import('./projects/projects-page.tsx'), 'ProjectsPage'),
);
const account = page(
  '/account',
  lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
);
const runs = page(
  '/run',
  lazyRouteComponent(() => import('./runs/runs-page.tsx'), 'RunsPage'),
);
const run = page(
  '/run/$run',
  lazyRouteComponent(() => import('./runs/run-page.tsx'), 'RunPage'),
);
const upload = page(
  '/upload/$upload',
  lazyRouteComponent(() => import('./upload/review-page.tsx'), 'ReviewPage'),
);
const send = page(
  '/project/$project/upload',
  lazyRouteComponent(() => import('./upload/upload-page.tsx'), 'UploadPage'),
);

const monitoringPages = [
  page(
    // One page with or without a place: tree, search and focus stay when one is chosen.
    '/places/{-$place}',
    lazyRouteComponent(() => import('./places/places-page.tsx'), 'PlacesPage'),
  ),
  page(
    '/indicators',
    lazyRouteComponent(() => import('./indicators/indicators-page.tsx'), 'IndicatorsPage'),
  ),
  page(
    '/indicators/$indicator',
    lazyRouteComponent(() => import('./indicators/indicator-page.tsx'), 'IndicatorPage'),
  ),
  page(
    '/campaigns',
    lazyRouteComponent(() => import('./campaigns/campaigns-page.tsx'), 'CampaignsPage'),
  ),
  page(
    '/entry',
    lazyRouteComponent(() => import('./entry/entry-page.tsx'), 'EntryPage'),
  ),
  page(
    '/dashboards',
    lazyRouteComponent(() => import('./dashboards/dashboards-page.tsx'), 'DashboardsPage'),
  ),
  page(
    '/dashboards/$dashboard',
    lazyRouteComponent(() => import('./dashboards/dashboard-page.tsx'), 'DashboardPage'),
  ),
  page(
    '/documents',
    lazyRouteComponent(() => import('./documents/documents-page.tsx'), 'DocumentsPage'),
  ),
  page(
    '/documents/$document',
    lazyRouteComponent(() => import('./documents/document-page.tsx'), 'DocumentPage'),
  ),
];

const recordPages = [
  page(
    '/records',
    lazyRouteComponent(() => import('./records/tables-page.tsx'), 'TablesPage'),
  ),
  page(
    '/records/$resource',
    lazyRouteComponent(() => import('./records/records-page.tsx'), 'RecordsPage'),
  ),
];

const project = page(
  '/project/$project',
  lazyRouteComponent(() => import('./projects/project-frame.tsx'), 'ProjectFrame'),
);
const inProject = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => project, path, component });
const projectPages = [
  inProject(
    '/',
    lazyRouteComponent(() => import('./projects/project-datasets.tsx'), 'ProjectDatasets'),
  ),
  inProject(
    '/runs',
    lazyRouteComponent(() => import('./projects/project-runs.tsx'), 'ProjectRuns'),
  ),
  inProject(
    '/members',
    lazyRouteComponent(() => import('./projects/project-members.tsx'), 'ProjectMembers'),
  ),
  inProject(
    '/settings',
    lazyRouteComponent(() => import('./projects/project-settings.tsx'), 'ProjectSettings'),
  ),
];

const dataset = page(
  '/dataset/$dataset',
  lazyRouteComponent(() => import('./datasets/dataset-frame.tsx'), 'DatasetFrame'),
);
const inDataset = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => dataset, path, component });
const datasetPages = [
  inDataset(
    '/',
    lazyRouteComponent(() => import('./explorer/explorer.tsx'), 'Explorer'),
  ),
  inDataset(
    '/issues',
    lazyRouteComponent(() => import('./issues/dataset-issues.tsx'), 'DatasetIssues'),
  ),
  inDataset(
    '/history',
    lazyRouteComponent(() => import('./datasets/history.tsx'), 'History'),
  ),
  inDataset(
    '/about',
    lazyRouteComponent(() => import('./datasets/about.tsx'), 'About'),
  ),
];

const flows = page(
  '/flow',
  lazyRouteComponent(() => import('./flows/flows-page.tsx'), 'FlowsPage'),
);
const newFlow = page(
  '/flow/new',
  lazyRouteComponent(() => import('./flows/edit-pages.tsx'), 'NewFlowPage'),
);
const flow = page(
  '/flow/$owner/$dataset',
  lazyRouteComponent(() => import('./flows/flow-page.tsx'), 'FlowPage'),
);
const editFlow = page(
  '/flow/$owner/$dataset/edit',
  lazyRouteComponent(() => import('./flows/edit-pages.tsx'), 'EditFlowPage'),
);
const flowRevision = page(
  '/flow/$owner/$dataset/$revision',
  lazyRouteComponent(() => import('./flows/revision-frame.tsx'), 'RevisionFrame'),
);
const inFlowRevision = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => flowRevision, path, component });
const flowRevisionPages = [
  inFlowRevision(
    '/',
    lazyRouteComponent(() => import('./flows/pipelines-page.tsx'), 'PipelinesPage'),
  ),
  inFlowRevision(
    '/report',
    lazyRouteComponent(() => import('./flows/report-page.tsx'), 'ReportPage'),
  ),
  inFlowRevision(
    '/spec',
    lazyRouteComponent(() => import('./flows/spec-page.tsx'), 'SpecPage'),
  ),
  inFlowRevision(
    '/changes',
    lazyRouteComponent(() => import('./flows/changes-page.tsx'), 'ChangesPage'),
  ),
];

const tree = root.addChildren([
  signIn,
  forgotPassword,
  setPassword,
  shell.addChildren([
    projects,
    account,
    runs,
    run,
    upload,
    send,
    ...monitoringPages,
    ...recordPages,
    project.addChildren(projectPages),
    dataset.addChildren(datasetPages),
    flows,
    newFlow,
    flow,
    editFlow,
    flowRevision.addChildren(flowRevisionPages),
    nowhere,
  ]),
]);

/** The query of an address is flat text on both sides: what stands in the bar is what the API is asked. */
export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    basepath: '/app',
    context: { queries },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: PageFailure,
    scrollRestoration: true,
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
      const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
      return text === '' ? '' : `?${text}`;
    },
  });
}
