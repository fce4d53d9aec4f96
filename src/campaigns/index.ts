import type { Context } from '../platform/context.ts';
import type { ResourceDeclaration } from '../resource/index.ts';
import { campaignResource, campaignTypeResource } from './campaign.resource.ts';

export { type CampaignsChanged, campaignsChanged } from './changes.ts';

export function campaignResources(context: Context): ResourceDeclaration[] {
  return [campaignTypeResource, campaignResource(context)];
}
