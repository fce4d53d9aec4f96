import { useQuery } from '@tanstack/react-query';
import type { Indicator } from '../api/indicators.ts';
import { campaignValuesQuery } from '../api/values.ts';
import { Loaded } from '../ui/loaded.tsx';
import { EntrySheet } from './entry-sheet.tsx';
import { PlaceRows } from './place-rows.tsx';

interface CampaignSheetProps {
  campaign: number;
  place: number;
  depth: number;
  indicators: Indicator[];
}

/** One campaign: a row a place, a column an indicator. */
export function CampaignSheet({ campaign, place, depth, indicators }: CampaignSheetProps) {
  const values = useQuery(
    campaignValuesQuery({
      campaign__in: campaign,
      location_id: place,
      location_depth: depth,
      indicator__in: indicators.map(({ id }) => id).join(','),
    }),
  );
  return (
    <PlaceRows place={place} depth={depth} most={300}>
      {(places) => (
        <Loaded query={values}>
          {({ objects }) => {
            const cells = new Map(objects.map((cell) => [`${cell.location_id} ${cell.indicator_id}`, cell]));
            return (
              <EntrySheet
                corner="Place"
                columns={indicators.map(({ id, name, description }) => ({
                  key: id,
                  text: name,
                  title: description || name,
                }))}
                rowHeads={places.map(({ id, name }) => ({ key: id, text: name, title: name }))}
                rows={places.map((one) =>
                  indicators.map((indicator) => ({
                    key: `${one.id} ${indicator.id}`,
                    name: `${indicator.name}, ${one.name}`,
                    period: { campaign_id: campaign },
                    place: one,
                    indicator,
                    cell: cells.get(`${one.id} ${indicator.id}`),
                  })),
                )}
              />
            );
          }}
        </Loaded>
      )}
    </PlaceRows>
  );
}
