import { Group, SegmentedControl, Stack } from '@mantine/core';
import { IconEdit } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { flowPlanQuery, flowRevisionQuery } from '../api/flows.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { ButtonLink } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { pageOf, useFlowAddress, useFlowRevision } from './flow-address.ts';
import { asJson, asYaml, sentSpec } from './spec-text.ts';
import './flows.css';

type Search = { as?: string; form?: string };

/** The spec of this revision as it was sent, or as the server understood it. */
export function SpecPage() {
  const address = useFlowAddress();
  const revision = useFlowRevision();
  const { as = 'yaml', form = 'sent' } = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const go = (search: Search) => void navigate({ to: '.', search: search as never, replace: true, resetScroll: false });
  const sent = useQuery(flowRevisionQuery(address, revision));
  const plan = useQuery(flowPlanQuery(address, revision));
  const write = as === 'json' ? asJson : asYaml;
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Group gap="sm">
          <SegmentedControl
            size="xs"
            aria-label="Which spec"
            value={form}
            onChange={(next) => go({ as, form: next })}
            data={[
              { value: 'sent', label: 'As sent' },
              { value: 'normalised', label: 'As understood' },
            ]}
          />
          <SegmentedControl
            size="xs"
            aria-label="Written as"
            value={as}
            onChange={(next) => go({ as: next, form })}
            data={[
              { value: 'yaml', label: 'YAML' },
              { value: 'json', label: 'JSON' },
            ]}
          />
        </Group>
        <ButtonLink
          to={pageOf(address, '/edit')}
          size="compact-sm"
          variant="default"
          leftSection={<IconEdit size={15} aria-hidden />}
        >
          Edit
        </ButtonLink>
      </Group>
      {form === 'normalised' ? (
        <Loaded query={plan}>{({ spec }) => <Text text={write(spec)} />}</Loaded>
      ) : (
        <Loaded query={sent}>{(found) => <Text text={write(sentSpec(found.spec_contents))} />}</Loaded>
      )}
    </Stack>
  );
}

function Text({ text }: { text: string }) {
  return (
    <div className="panel">
      <CopyButton text={text} size="compact-xs" variant="subtle" color="gray" m={8} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section className="diff" tabIndex={0} aria-label="Spec">
        {text.split('\n').map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number.
          <div key={index}>{line === '' ? ' ' : line}</div>
        ))}
      </section>
    </div>
  );
}
