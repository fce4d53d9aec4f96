const administrators = 'Administrators may do this.';

/** Who may do what was refused, by the address it was asked at. The server's own hint comes before it. */
const words: [RegExp, string][] = [
  [/\/source_object_map/, 'Administrators say what columns and campaigns mean; places, whoever looks after them.'],
  [
    /\/source_doc$/,
    'Documents are uploaded by those who may enter values for some place. An administrator gives the right.',
  ],
  [/\/(source_doc|doc_detail|transform_upload)/, 'Whoever sent the document may do this, and administrators.'],
  [
    /\/(campaign_datapoint|date_datapoint)/,
    'Values are entered by those who have the right for the place. Whoever looks after the place gives it.',
  ],
  [/\/(location|geo)/, 'Those who look after the place may do this, and administrators.'],
  [/\/(indicator|campaign)/, administrators],
];

export const whoMay = (path: string): string | undefined => words.find(([address]) => address.test(path))?.[1];
