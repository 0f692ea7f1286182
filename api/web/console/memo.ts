// A component that draws again only when a prop or a signal that it reads has changed: the queue has hundreds of rows.
import { Component, type ComponentType, h } from "preact";

export function memo<Props extends object>(of: ComponentType<Props>): ComponentType<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const [before, after] = [this.props as Record<string, unknown>, next as Record<string, unknown>];
      return Object.keys(after).some((name) => before[name] !== after[name]);
    }
    override render() {
      return h(of, this.props as Props);
    }
  };
}
