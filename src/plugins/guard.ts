import { fail, NetsimError, type Place } from "../errors.ts";

/** Something named that a plugin brings. */
interface Thing {
  readonly name: string;
}

/**
 * A plugin's thing whose mistakes are told as the plugin's: what its functions throw becomes a NetsimError `plugin-failed`, unless it is a
 * NetsimError already.
 * @param functions names of its functions.
 */
export function guarded<T extends Thing>(thing: T, functions: readonly string[], plugin: string, place: Place): T {
  const guard = Object.create(thing) as Record<string, unknown>;
  const members = thing as unknown as Record<string, unknown>;
  for (const name of functions) {
    const member = members[name];
    if (typeof member !== "function") continue;
    guard[name] = (...values: unknown[]) => {
      try {
        return member.apply(thing, values);
      } catch (error) {
        if (error instanceof NetsimError) throw error;
        return tell(error, `'${name}' of '${thing.name}'`, plugin, place);
      }
    };
  }
  return guard as T;
}

function tell(error: unknown, what: string, plugin: string, place: Place): never {
  const message = error instanceof Error ? error.message : String(error);
  const at = error instanceof Error ? /^\s+at .*/m.exec(error.stack ?? "")?.[0].trim() : undefined;
  return fail("plugin-failed", `The plugin '${plugin}' made a mistake in ${what}: ${message}`, {
    place,
    ...(at === undefined ? {} : { hint: `It happened ${at}.` }),
  });
}
