import { expect, test } from 'vitest';
import { idsIn, namedCsv } from '../../web/src/charts/named-csv.ts';

const csv = `id,indicator_id,location_id,campaign_id,time_grouping,value,flags,lineage
105,6,38,2,,5000,"[""is_agg"",""is_partial""]",/api/v1/campaign_datapoint/105/lineage
,7,38,,201503,4,[],/api/v1/datapoint/lineage?indicator_id=7
`;

test('a CSV of a chart has names before the ids and links that lead somewhere', () => {
  const meant = {
    indicator: (id: number) => `indicator "${id}"`,
    place: (id: number) => `Place, ${id}`,
    period: (campaign: number | null, _: string, group: string) => `${campaign ?? group}`,
    origin: 'https://granary.example',
  };
  expect(namedCsv(csv, meant).split('\r\n')).toEqual([
    'indicator,place,period,id,indicator_id,location_id,campaign_id,time_grouping,value,flags,lineage',
    '"indicator ""6""","Place, 38",2,105,6,38,2,,5000,"[""is_agg"",""is_partial""]",https://granary.example/api/v1/campaign_datapoint/105/lineage',
    '"indicator ""7""","Place, 38",201503,,7,38,,201503,4,[],https://granary.example/api/v1/datapoint/lineage?indicator_id=7',
    '',
  ]);
  expect(idsIn(csv, 'location_id')).toEqual([38]);
});
