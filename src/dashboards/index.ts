import type { ResourceDeclaration } from '../resource/index.ts';
import { allMetaResource } from './all-meta.resource.ts';
import { customChartResource, customDashboardResource } from './dashboard.resource.ts';

export const dashboardResources: ResourceDeclaration[] = [
  customChartResource,
  customDashboardResource,
  allMetaResource,
];
