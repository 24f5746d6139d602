import '@ring3/element/react';
import { useRef } from 'react';
import type { Ring3Machine } from '@ring3/element';

export function Page() {
  const machine = useRef<Ring3Machine>(null);
  return (
    <ring3-machine
      ref={machine}
      src="hello"
      autorun
      pause-at="main"
      memory="64m"
      className="wide"
      onring3-exit={({ detail }) => detail.code}
    >
      <ring3-file path="/etc/motd">Welcome</ring3-file>
      <ring3-terminal rows={10} />
    </ring3-machine>
  );
}

// @ts-expect-error there is no such layout
export const wrong = <ring3-machine layout="round" />;
// @ts-expect-error there is no such attribute
export const misspelt = <ring3-machine sauce="hello" />;
// @ts-expect-error the detail has no such field
export const event = <ring3-machine onring3-exit={({ detail }) => detail.colour} />;
