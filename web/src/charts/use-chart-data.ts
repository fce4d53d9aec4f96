import { useQuery } from '@tanstack/react-query';
import { campaignsQuery, campaignTypesQuery } from '../api/campaigns.ts';
import type { ChartSpec } from '../api/charts.ts';
import { type Indicator, indicatorsQuery } from '../api/indicators.ts';
import { placesQuery } from '../api/places.ts';
import { valuesQuery } from '../api/values.ts';
import type { Named } from './arrange.ts';
import { chartQuery } from './chart-query.ts';
import { campaignNames, periodKey, periodText } from './period-text.ts';
import { tellApart } from './tell-apart.ts';

export interface ChartData {
  rows: Named[];
  indicators: Indicator[];
  /** Where there are more values than are asked for; null where nobody counted them. */
  cut: { total: number | null } | undefined;
}

/** The values of a chart, with the names of what they are about. */
export function useChartData(spec: ChartSpec) {
  const query = chartQuery(spec);
  const values = useQuery({ ...valuesQuery(query), enabled: spec.indicator_ids.length > 0 });
  const found = values.data?.objects;
  const placeIds = [...new Set((found ?? []).map((cell) => cell.location_id))].sort((a, b) => a - b);
  const indicators = useQuery(indicatorsQuery(spec.indicator_ids));
  const places = useQuery({ ...placesQuery(placeIds), enabled: found !== undefined });
  const campaigns = useQuery(campaignsQuery);
  const types = useQuery(campaignTypesQuery);
  const error = values.error ?? indicators.error ?? places.error;
  const isReady = found !== undefined && indicators.data !== undefined && places.data !== undefined;
  return {
    error,
    retry: () => void values.refetch(),
    data: isReady && !campaigns.isLoading && !types.isLoading ? dataOf() : undefined,
  };

  function dataOf(): ChartData {
    const indicatorNames = tellApart(indicators.data!, ({ short_name }) => short_name);
    const placeNames = tellApart(places.data!, ({ location_code }) => location_code);
    const campaignsByName = campaignNames(campaigns.data?.objects ?? [], types.data?.objects ?? []);
    const rows = found!.map((cell) => ({
      cell,
      keys: {
        indicator: String(cell.indicator_id),
        place: String(cell.location_id),
        period: periodKey(cell),
      },
      names: {
        indicator: indicatorNames.get(cell.indicator_id) ?? `indicator ${cell.indicator_id}`,
        place: placeNames.get(cell.location_id) ?? `place ${cell.location_id}`,
        period: periodText(cell, campaignsByName),
      },
    }));
    const { next, total_count: total } = values.data!.meta;
    return { rows, indicators: indicators.data!, cut: next === null ? undefined : { total } };
  }
}
