import { Button, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { codesQuery, type SourceDocument } from '../api/documents.ts';
import { plural } from '../ui/format.ts';
import { MoreButton } from '../ui/more-button.tsx';
import { useMay } from '../ui/use-may.ts';
import { KindOfCode } from './code-row.tsx';
import { useDecide } from './use-decide.ts';

const originWords: Record<string, string> = { exact: 'by itself', person: 'by a person', import: 'imported' };

export function DecidedCodes({ document }: { document: SourceDocument }) {
  const may = useMay();
  const decide = useDecide();
  const found = useInfiniteQuery(codesQuery(document.id, { isOpen: false }));
  const codes = found.data?.pages.flatMap(({ objects }) => objects) ?? [];
  if (codes.length === 0) return null;
  return (
    <details>
      <summary>{plural(found.data?.pages[0]?.meta.total_count ?? codes.length, 'code')} decided</summary>
      <ul className="decided-codes">
        {codes.map((code) => (
          <li key={code.id}>
            <KindOfCode kind={code.content_type} />
            <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
              {code.source_object_code} → {code.is_ignored ? 'no data' : code.master_object_name}
              <Text span fz="xs" c="dimmed" ml={8}>
                {code.origin && (originWords[code.origin] ?? code.origin)}
              </Text>
            </Text>
            {may.decide(code, document) && (
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                onClick={() => decide.mutate({ code, master: -1 })}
              >
                Open again<span className="visually-hidden">{` ${code.source_object_code}`}</span>
              </Button>
            )}
          </li>
        ))}
      </ul>
      <MoreButton query={found} />
    </details>
  );
}
