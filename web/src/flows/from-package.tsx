import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type DataPackage, packageQuery } from '../api/flows.ts';
import { Loaded } from '../ui/loaded.tsx';

/** A package of ours is opened; one that a runner elsewhere has made can only be led to, since pages ask this server alone. */
export function FromPackage({ address, children }: { address: string; children: (found: DataPackage) => ReactNode }) {
  const found = useQuery(packageQuery(address));
  const isElsewhere = new URL(address, window.location.href).origin !== window.location.origin;
  if (found.error !== null && isElsewhere) {
    return (
      <Text fz="sm">
        It lies on another server:{' '}
        <Anchor href={address} rel="noreferrer" target="_blank" style={{ overflowWrap: 'anywhere' }}>
          {address}
        </Anchor>
      </Text>
    );
  }
  return <Loaded query={found}>{children}</Loaded>;
}
