import { queryOptions } from '@tanstack/react-query';
import { fetchApi } from './fetch-api.ts';
import { fetchList } from './list.ts';

export interface Campaign {
  id: number;
  name: string;
  campaign_type_id: number;
  start_date: string;
  end_date: string;
}
export type CampaignFields = Omit<Campaign, 'id'>;

export interface CampaignType {
  id: number;
  name: string;
}

/** The newest first. */
export const campaignsQuery = queryOptions({
  queryKey: ['campaigns', 'list'],
  queryFn: ({ signal }) => fetchList<Campaign>('/api/v1/campaign', {}, signal),
});
export const campaignTypesQuery = queryOptions({
  queryKey: ['campaigns', 'types'],
  queryFn: ({ signal }) => fetchList<CampaignType>('/api/v1/campaign_type', {}, signal),
});

export const createCampaign = (body: CampaignFields): Promise<Campaign> =>
  fetchApi('/api/v1/campaign', { method: 'POST', body });
export const changeCampaign = (id: number, body: Partial<CampaignFields>): Promise<Campaign> =>
  fetchApi(`/api/v1/campaign/${id}`, { method: 'PATCH', body });
export const deleteCampaign = (id: number): Promise<unknown> =>
  fetchApi(`/api/v1/campaign/${id}`, { method: 'DELETE' });
export const createCampaignType = (name: string): Promise<CampaignType> =>
  fetchApi('/api/v1/campaign_type', { method: 'POST', body: { name } });
