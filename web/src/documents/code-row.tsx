import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  type Code,
  type ContentType,
  mappingPreviewQuery,
  type SourceDocument,
  type Suggestion,
} from '../api/documents.ts';
import { indicatorsCalledQuery } from '../api/indicators.ts';
import { Failure } from '../ui/failure.tsx';
import { plural } from '../ui/format.ts';
import { Waiting } from '../ui/loaded.tsx';
import type { May } from '../ui/use-may.ts';
import { valueText } from '../ui/value-text.ts';
import { ChooseMaster, CreateMaster } from './choose-master.tsx';
import type { Decision } from './use-decide.ts';

/** What stands open below a code; a number is the suggestion whose effect is shown. */
export type Opened = 'choose' | 'create' | number;

const kindWords: Record<ContentType, string> = { indicator: 'column', location: 'place', campaign: 'campaign' };

export function KindOfCode({ kind }: { kind: ContentType }) {
  return (
    <Badge color="gray" w={82} style={{ flexShrink: 0 }}>
      {kindWords[kind]}
    </Badge>
  );
}

interface CodeRowProps {
  code: Code;
  document: SourceDocument;
  may: May;
  opened: Opened | undefined;
  toggle: (what: Opened) => void;
  /** Closes the form of a new object, also after it is saved. */
  giveUp: () => void;
  decide: (what: Decision) => void;
}

export function CodeRow({ code, document, may, opened, toggle, giveUp, decide }: CodeRowProps) {
  const mayDecide = may.decide(code, document);
  // Indicators and campaigns are made by those who may decide over their codes; places by who looks after some.
  const mayCreate = mayDecide && (code.content_type !== 'location' || may.manage);
  const named = <span className="visually-hidden">{` for ${code.source_object_code}`}</span>;
  return (
    <Stack gap={6} px="sm" py={8}>
      <Group justify="space-between" gap={8}>
        <Group gap={8} wrap="nowrap" style={{ flex: '1 1 200px', minWidth: 0 }}>
          <KindOfCode kind={code.content_type} />
          <Text fw={580} fz="sm" style={{ overflowWrap: 'anywhere' }}>
            {code.source_object_code}
          </Text>
          <Text fz="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
            {code.cells !== null && plural(code.cells, 'cell')}
          </Text>
        </Group>
        {mayDecide && (
          <Group gap={4}>
            <Button
              size="compact-sm"
              variant="default"
              aria-expanded={opened === 'choose'}
              onClick={() => toggle('choose')}
            >
              Choose{named}
            </Button>
            {mayCreate && (
              <Button size="compact-sm" variant="default" onClick={() => toggle('create')}>
                New …{named}
              </Button>
            )}
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => decide('ignore')}>
              Not data{named}
            </Button>
          </Group>
        )}
      </Group>
      {code.suggestions.slice(0, 3).map((one) => (
        <SuggestionLine
          key={one.master_object_id}
          suggestion={one}
          isShown={opened === one.master_object_id}
          onAccept={mayDecide ? () => decide(one.master_object_id) : undefined}
          onPreview={() => toggle(one.master_object_id)}
        />
      ))}
      {typeof opened === 'number' && <Effect code={code.id} master={opened} />}
      {opened === 'choose' && mayDecide && <ChooseMaster code={code} onChoose={decide} />}
      {opened === 'create' && mayCreate && (
        <CreateMaster code={code} document={document} close={giveUp} onCreated={decide} />
      )}
    </Stack>
  );
}

const reasonWords: Record<string, string> = {
  code: 'the same code',
  name: 'the same name',
  alias: 'a name it is also called by',
  folded: 'the same but for accents, case and signs',
  zeros: 'the same but for leading zeros',
  similar: 'written alike',
};
const contextWords: Record<string, string> = {
  parent: 'in the place above that the row names',
  sibling: 'beside other places of the file',
};

interface SuggestionLineProps {
  suggestion: Suggestion;
  isShown: boolean;
  /** Undefined: not to be decided by the reader. */
  onAccept: (() => void) | undefined;
  onPreview: () => void;
}

function SuggestionLine({ suggestion, isShown, onAccept, onPreview }: SuggestionLineProps) {
  const { name, score, reason, context } = suggestion;
  const why = [reasonWords[reason] ?? reason, context ? (contextWords[context] ?? context) : ''].filter(Boolean);
  return (
    <Group gap={8} className="suggestion">
      {onAccept === undefined ? (
        <Text fz="sm">{name}</Text>
      ) : (
        <Button size="compact-sm" variant="light" onClick={onAccept}>
          {name}
        </Button>
      )}
      <Text fz="xs" c="dimmed">
        {why.join(', ')}: {Math.round(score * 100)} %
      </Text>
      {onAccept !== undefined && (
        <Button size="compact-xs" variant="subtle" color="gray" aria-expanded={isShown} onClick={onPreview}>
          What would change?<span className="visually-hidden">{` with ${name}`}</span>
        </Button>
      )}
    </Group>
  );
}

const shownEffects = 6;

/** From what to what, before anything is decided. */
function Effect({ code, master }: { code: number; master: number }) {
  const preview = useQuery(mappingPreviewQuery(code, master));
  const called = (preview.data?.objects ?? []).slice(0, shownEffects).flatMap((one) => one.indicator__short_name ?? []);
  const indicators = useQuery(indicatorsCalledQuery([...new Set(called)].sort())).data ?? [];
  if (preview.error !== null) return <Failure error={preview.error} />;
  if (preview.data === undefined) return <Waiting lines={1} />;
  const { meta, objects } = preview.data;
  const ofShortName = new Map(indicators.map((one) => [one.short_name, one]));
  const more = meta.cells_changed - shownEffects;
  return (
    <section className="effect" aria-label="What would change">
      <Text fz="sm" fw={540}>
        {meta.cells_changed === 0
          ? 'No value would change.'
          : `${plural(meta.cells_changed, 'value')} would change, those of places above included.`}
      </Text>
      <ul>
        {objects.slice(0, shownEffects).map((one) => {
          const indicator = ofShortName.get(one.indicator__short_name ?? '');
          const text = (value: number | string | null) => (value === null ? 'nothing' : valueText(value, indicator));
          return (
            <li
              key={`${one.indicator__short_name} ${one.location__name} ${one.campaign__name} ${one.data_date}`}
              className="numbers"
            >
              {[indicator?.name ?? one.indicator__short_name, one.location__name, one.campaign__name ?? one.data_date]
                .filter(Boolean)
                .join(', ')}
              : {text(one.from)} → {text(one.to)}
            </li>
          );
        })}
        {more > 0 && <li>and {more} more</li>}
      </ul>
    </section>
  );
}
