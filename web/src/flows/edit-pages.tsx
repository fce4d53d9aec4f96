import { useQuery } from '@tanstack/react-query';
import { flowRevisionQuery } from '../api/flows.ts';
import { sessionQuery } from '../api/session.ts';
import { Loaded } from '../ui/loaded.tsx';
import { Page } from '../ui/page.tsx';
import { exampleSpec } from './example-spec.ts';
import { pageOf, useFlowAddress } from './flow-address.ts';
import { SpecEditor } from './spec-editor.tsx';
import { asYaml, sentSpec } from './spec-text.ts';

export function NewFlowPage() {
  const owner = useQuery(sessionQuery).data?.user?.id ?? '';
  return (
    <Page
      title="New flow"
      about="An example to begin with: change it, or paste a spec of your own over it."
      crumbs={[{ label: 'Flows', to: '/flow' }]}
    >
      <SpecEditor initial={exampleSpec(owner)} />
    </Page>
  );
}

export function EditFlowPage() {
  const address = useFlowAddress();
  const latest = useQuery(flowRevisionQuery(address, 'latest'));
  return (
    <Page
      title={`Spec of ${address.dataset}`}
      about="Pushing makes a new revision. Those before keep the spec they had."
      crumbs={[
        { label: 'Flows', to: '/flow' },
        { label: address.dataset, to: pageOf(address) },
      ]}
    >
      <Loaded query={latest}>
        {(revision) => <SpecEditor key={revision.id} initial={asYaml(sentSpec(revision.spec_contents))} />}
      </Loaded>
    </Page>
  );
}
