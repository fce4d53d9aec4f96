import { defineChange } from '../platform/changes/index.ts';

export interface CampaignsChanged {
  campaignIds: number[];
}

/** A campaign's dates have changed: groupings over time and the last value of a group may be others. */
export const campaignsChanged = defineChange<CampaignsChanged>();
