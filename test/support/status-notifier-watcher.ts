import { connectToBus, type Body, type IncomingCall } from './dbus.ts';

/** A tray as Linux desktops have it: programs register an icon, the tray reads their menus and tells of clicks. */

const watcherName = 'org.kde.StatusNotifierWatcher';
const properties = 'org.freedesktop.DBus.Properties';

/** A line of a program's menu. */
export interface MenuLine {
  id: number;
  label: string;
  isEnabled: boolean;
  isSeparator: boolean;
}

type Layout = [id: number, properties: Map<string, unknown>, children: Layout[]];

const nothing: Body = { signature: '', values: [] };

/** Shows tray icons on a bus until it leaves. */
export async function startStatusNotifierWatcher(socketPath: string) {
  const items: { name: string; path: string }[] = [];

  const propertyOf = (name: unknown): { signature: string; value: unknown } | null => {
    switch (name) {
      case 'IsStatusNotifierHostRegistered':
        return { signature: 'b', value: true };
      case 'ProtocolVersion':
        return { signature: 'i', value: 0 };
      case 'RegisteredStatusNotifierItems':
        return { signature: 'as', value: items.map(({ name: item, path }) => item + path) };
      default:
        return null;
    }
  };

  const answer = ({ member, args, sender }: IncomingCall): Body | null => {
    if (member === 'RegisterStatusNotifierItem') {
      const service = String(args[0]);
      // Some programs give a name, others the place of the icon behind their connection.
      const isPath = service.startsWith('/');
      items.push({ name: isPath ? sender : service, path: isPath ? service : '/StatusNotifierItem' });
      return nothing;
    }
    if (member === 'RegisterStatusNotifierHost') return nothing;
    if (member === 'Get') {
      const property = propertyOf(args[1]);
      return property === null ? null : { signature: 'v', values: [property] };
    }
    return null;
  };

  const bus = await connectToBus(socketPath, answer);
  await bus.requestName(watcherName);

  const newest = (): { name: string; path: string } => {
    const item = items.at(-1);
    if (item === undefined) throw new Error('No program has registered an icon.');
    return item;
  };
  const itemProperty = async (property: string): Promise<unknown> => {
    const { name, path } = newest();
    const body = { signature: 'ss', values: ['org.kde.StatusNotifierItem', property] };
    const [value] = await bus.call({ to: name, path, interface: properties, member: 'Get' }, body);
    return value;
  };
  const menuMethod = async (member: string) => ({
    to: newest().name,
    path: String(await itemProperty('Menu')),
    interface: 'com.canonical.dbusmenu',
    member,
  });

  return {
    /** How many icons were registered so far. */
    iconCount: (): number => items.length,
    /** Title of what shows when the pointer rests on the icon. */
    async tooltip(): Promise<string> {
      const [, , title] = (await itemProperty('ToolTip')) as [string, unknown, string, string];
      return title;
    },
    /** The lines of the newest icon's menu. */
    async menu(): Promise<MenuLine[]> {
      const body = { signature: 'iias', values: [0, -1, []] };
      const [, layout] = await bus.call(await menuMethod('GetLayout'), body);
      const [, , children] = layout as Layout;
      return children.map(([id, facts]) => {
        const label = facts.get('label');
        return {
          id,
          label: typeof label === 'string' ? label : '',
          isEnabled: facts.get('enabled') !== false,
          isSeparator: facts.get('type') === 'separator',
        };
      });
    },
    /** Clicks the line with this label. */
    async choose(label: string): Promise<void> {
      const line = (await this.menu()).find((candidate) => candidate.label === label);
      if (line === undefined) throw new Error(`The menu has no "${label}".`);
      const data = { signature: 'i', value: 0 };
      await bus.call(await menuMethod('Event'), { signature: 'isvu', values: [line.id, 'clicked', data, 0] });
    },
    /** Takes the tray away, as a panel that ends. */
    async leave(): Promise<void> {
      await bus.releaseName(watcherName);
      bus.close();
    },
  };
}

export type StatusNotifierWatcher = Awaited<ReturnType<typeof startStatusNotifierWatcher>>;
