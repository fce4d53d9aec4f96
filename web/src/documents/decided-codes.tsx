import { Button, Text } from '@mantine/core';
import type { Code } from '../api/documents.ts';
import { plural } from '../ui/format.ts';
import { KindOfCode } from './code-row.tsx';
import { useDecide } from './use-decide.ts';

const originWords: Record<string, string> = { exact: 'by itself', person: 'by a person', import: 'imported' };

export function DecidedCodes({ codes }: { codes: Code[] }) {
  const decide = useDecide();
  if (codes.length === 0) return null;
  return (
    <details>
      <summary>{plural(codes.length, 'code')} decided</summary>
      <ul className="decided-codes">
        {codes.slice(0, 300).map((code) => (
          <li key={code.id}>
            <KindOfCode kind={code.content_type} />
            <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
              {code.source_object_code} → {code.is_ignored ? 'no data' : code.master_object_name}
              <Text span fz="xs" c="dimmed" ml={8}>
                {originWords[code.origin] ?? code.origin}
              </Text>
            </Text>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => decide.mutate({ code, master: -1 })}>
              Open again<span className="visually-hidden">{` ${code.source_object_code}`}</span>
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
