import { Group, Select } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type Revision, revisionsQuery } from '../api/datasets.ts';
import type { IssueFilter } from '../api/issues.ts';
import { useDatasetId } from '../datasets/dataset-id.ts';
import { dateTime, plural } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Section } from '../ui/section.tsx';
import { IssueGroups } from './issue-groups.tsx';

/** What each arrival brought that was wrong. The address names revision and kind, so a finding can be sent to somebody. */
export function DatasetIssues() {
  const revisions = useQuery(revisionsQuery(useDatasetId()));
  return (
    <Loaded query={revisions}>
      {({ objects }) => <OfArrivals arrivals={objects.filter((revision) => revision.upload_id !== null)} />}
    </Loaded>
  );
}

type Search = { revision?: string } & IssueFilter;

function OfArrivals({ arrivals }: { arrivals: Revision[] }) {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const go = (next: Search) => void navigate({ to: '.', search: next as never, replace: true, resetScroll: false });
  const shown = arrivals.find(({ n }) => String(n) === search.revision) ?? arrivals[0];
  if (shown?.upload_id == null) {
    return (
      <Nothing icon={IconCircleCheck} title="No findings">
        Nothing has been published yet.
      </Nothing>
    );
  }
  const { revision: _, ...filter } = search;
  return (
    <Section
      title={`Findings in revision ${shown.n}`}
      about={`${plural(shown.counts.read, 'row')} read, ${plural(shown.counts.rejected, 'row')} left out. Published rows keep what the checks accepted.`}
      actions={
        <Group>
          <Select
            size="xs"
            w={244}
            aria-label="Revision"
            allowDeselect={false}
            value={String(shown.n)}
            data={arrivals.map(({ n, created_at }) => ({
              value: String(n),
              label: `Revision ${n}, ${dateTime(created_at)}`,
            }))}
            onChange={(next) => go({ revision: next ?? undefined } as Search)}
          />
        </Group>
      }
    >
      <IssueGroups
        uploadId={shown.upload_id}
        counts={shown.issue_counts}
        chosen={filter.code === undefined ? undefined : filter}
        onChoose={(next) => go({ revision: String(shown.n), ...next })}
      />
    </Section>
  );
}
