import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { IssueCounts, IssueGroup } from '../api/datasets.ts';
import type { IssueFilter } from '../api/issues.ts';
import { issueSummaryQuery } from '../api/uploads.ts';
import { IssueGroups } from '../issues/issue-groups.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Section } from '../ui/section.tsx';

export function UploadIssues({ uploadId }: { uploadId: string }) {
  const summary = useQuery(issueSummaryQuery(uploadId));
  const [chosen, setChosen] = useState<IssueFilter>();
  return (
    <Section title="What was found" about="Grouped by kind and column. Warnings never keep a row out.">
      <Loaded query={summary}>
        {(found) => (
          <IssueGroups uploadId={uploadId} counts={countsOf(found.summary)} chosen={chosen} onChoose={setChosen} />
        )}
      </Loaded>
    </Section>
  );
}

function countsOf(groups: IssueGroup[]): IssueCounts {
  const sum = (severity: IssueGroup['severity']) =>
    groups.filter((group) => group.severity === severity).reduce((total, group) => total + group.count, 0);
  const all = { error: sum('error'), warning: sum('warning'), info: sum('info') };
  // The server lists this many and counts the rest (contract data-api §5).
  return { ...all, listed: Math.min(100_000, all.error + all.warning + all.info), groups };
}
