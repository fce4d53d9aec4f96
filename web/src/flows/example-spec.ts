/** A small one that works as it is, where the server may reach the internet. */
export const exampleSpec = (ownerid: string): string => `meta:
  ownerid: ${ownerid}
  dataset: country-codes
  findability: private
inputs:
  - kind: datapackage
    parameters:
      descriptor:
        name: country-codes
        title: Country codes
        resources:
          - name: countries
            path: https://raw.githubusercontent.com/datasets/country-list/main/data.csv
            format: csv
            schema:
              fields:
                - {name: Name, type: string}
                - {name: Code, type: string, constraints: {required: true, unique: true}}
processing:
  - input: countries
    output: sorted
    dpp:
      - {run: sort, parameters: {sort-by: '{Code}'}}
schedule: every 1d
`;
