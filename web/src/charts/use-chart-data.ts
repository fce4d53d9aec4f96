import { useQuery } from '@tanstack/react-query';
import { type Campaign, campaignsQuery } from '../api/campaigns.ts';
import type { ChartSpec } from '../api/charts.ts';
import { type Indicator, indicatorsQuery } from '../api/indicators.ts';
import { type PlaceLine, placesQuery } from '../api/places.ts';
import { valuesQuery } from '../api/values.ts';
import type { Named } from './arrange.ts';
import { chartQuery } from './chart-query.ts';
import { periodText } from './period-text.ts';

export interface ChartData {
  rows: Named[];
  indicators: Indicator[];
  places: ReadonlyMap<number, PlaceLine>;
}

const noCampaigns: Campaign[] = [];

/** The values of a chart, with the names of what they are about. */
export function useChartData(spec: ChartSpec) {
  const query = chartQuery(spec);
  const values = useQuery({ ...valuesQuery(query), enabled: spec.indicator_ids.length > 0 });
  const found = values.data?.objects;
  const placeIds = [...new Set((found ?? []).map((cell) => cell.location_id))].sort((a, b) => a - b);
  const indicators = useQuery(indicatorsQuery(spec.indicator_ids));
  const places = useQuery({ ...placesQuery(placeIds), enabled: found !== undefined });
  const campaigns = useQuery(campaignsQuery);
  const error = values.error ?? indicators.error ?? places.error;
  const isReady = found !== undefined && indicators.data !== undefined && places.data !== undefined;
  return {
    error,
    retry: () => void values.refetch(),
    data: isReady && !campaigns.isLoading ? dataOf() : undefined,
  };

  function dataOf(): ChartData {
    const indicatorOf = new Map(indicators.data!.map((one) => [one.id, one]));
    const placeOf = new Map(places.data!.map((one) => [one.id, one]));
    const campaignOf = new Map((campaigns.data?.objects ?? noCampaigns).map((one) => [one.id, one]));
    // Of equal names the codes tell apart which is which.
    const named = Map.groupBy(places.data!, ({ name }) => name);
    const placeName = (id: number) => {
      const place = placeOf.get(id);
      if (place === undefined) return `place ${id}`;
      return (named.get(place.name)?.length ?? 0) > 1 ? `${place.name} (${place.location_code})` : place.name;
    };
    const rows = found!.map((cell) => ({
      cell,
      names: {
        indicator: indicatorOf.get(cell.indicator_id)?.name ?? `indicator ${cell.indicator_id}`,
        place: placeName(cell.location_id),
        period: periodText(cell, campaignOf),
      },
    }));
    return { rows, indicators: indicators.data!, places: placeOf };
  }
}
