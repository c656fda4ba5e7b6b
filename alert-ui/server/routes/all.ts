import { ApprovalExpiry } from '../approvals/expiry.ts';
import { approvalKinds } from '../approvals/kinds.ts';
import type { ApprovalKind } from '../approvals/second-person.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { AssetPages } from '../http/page.ts';
import type { Route } from '../http/route.ts';
import type { ServerLog } from '../options.ts';
import { ShiftCalendar } from '../shifts/calendar.ts';
import { alarmLifeRoutes } from './alarm-life.ts';
import { alarmRoutes } from './alarms.ts';
import { approvalRoutes } from './approvals.ts';
import { assetRoutes } from './assets.ts';
import { auditRoutes } from './audit.ts';
import { classificationRoutes } from './classification.ts';
import { backtestRoutes } from './backtests.ts';
import { catalogueRoutes } from './catalogue.ts';
import { deviceCommandRoutes } from './device-commands.ts';
import { deviceRoutes } from './devices.ts';
import { floodRoutes } from './floods.ts';
import { gatewayRoutes } from './gateways.ts';
import { infoRoutes } from './info.ts';
import { kpiRoutes } from './kpi.ts';
import { ledgerRoutes } from './ledger.ts';
import { proposalRoutes } from './proposals.ts';
import { Provisioning } from './provisioning.ts';
import { readingRoutes } from './readings.ts';
import { readingCsvRoutes } from './readings-csv.ts';
import { ruleRoutes } from './rules.ts';
import { scenarioRoutes } from './scenarios.ts';
import { type SessionParts, sessionRoutes } from './session.ts';
import { type SessionsParts, sessionListRoutes } from './sessions.ts';
import type { SiteReader } from '../site-file/parse.ts';
import { siteFileRoutes } from './site-file.ts';
import { shiftRoutes } from './shifts.ts';
import { tokenRoutes } from './tokens.ts';
import { type UserParts, userRoutes } from './users.ts';
import { warningRoutes } from './warnings.ts';

export interface RouteParts extends SessionParts, SessionsParts, UserParts {
  readonly platform: Platform;
  readonly demo: boolean;
  readonly mqttPort: () => number | null;
  readonly tokenEnded: (id: string) => void;
  readonly readSite: SiteReader;
  readonly log: ServerLog;
}

/** Every route under the base. A fixed path stands before one with a parameter in its place. */
export function allRoutes(parts: RouteParts): {
  readonly routes: readonly Route[];
  readonly kinds: readonly ApprovalKind[];
  readonly expiry: ApprovalExpiry;
  stop(): void;
} {
  const pages = new AssetPages(parts.platform.view);
  const provisioning = new Provisioning(parts.platform);
  const kinds = approvalKinds(provisioning);
  const expiry = new ApprovalExpiry(parts.platform);
  const session = sessionRoutes(parts);
  const calendar = new ShiftCalendar(parts.platform.shiftPlan, parts.platform.timeZone);
  return {
    routes: [
      ...infoRoutes(parts),
      ...session.routes,
      ...sessionListRoutes(parts),
      ...tokenRoutes(parts.identities, parts.tokenEnded),
      ...userRoutes(parts),
      ...auditRoutes,
      ...assetRoutes(pages),
      ...classificationRoutes,
      ...gatewayRoutes(pages, provisioning),
      ...catalogueRoutes,
      ...ruleRoutes(pages),
      ...siteFileRoutes(provisioning, parts.readSite, parts.log),
      ...deviceRoutes(pages, provisioning),
      ...deviceCommandRoutes,
      ...readingRoutes,
      ...proposalRoutes,
      ...readingCsvRoutes(),
      ...ledgerRoutes,
      ...alarmLifeRoutes(calendar),
      ...alarmRoutes,
      ...kpiRoutes,
      ...floodRoutes,
      ...warningRoutes,
      ...approvalRoutes(kinds, expiry),
      ...shiftRoutes(calendar, session.ownPassword),
      ...backtestRoutes,
      ...scenarioRoutes,
    ],
    kinds,
    expiry,
    stop: () => session.stop(),
  };
}
