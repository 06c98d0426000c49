#include "query/routes.h"

#include "query/access/access_routes.h"
#include "query/access/audit_event_routes.h"
#include "query/access/disclosures.h"
#include "query/access/recipients.h"
#include "query/access/screen.h"
#include "query/alerts.h"
#include "query/charts.h"
#include "query/checks/alert_rates.h"
#include "query/checks/cds_hooks.h"
#include "query/checks/check_routes.h"
#include "query/checks/drug_list.h"
#include "query/fhir/routes.h"
#include "query/medication_json.h"
#include "query/prevention.h"
#include "query/prevention_due.h"
#include "query/quarantine.h"
#include "query/reconciliation/routes.h"
#include "query/settings/setting_routes.h"
#include "query/timeline.h"
#include "query/trends.h"
#include "query/web/page_routes.h"

namespace query {

void add_audit_routes(ops::http::Router& router, const access::AuditSource& audit) {
  access::add_access_routes(router, audit);
  access::add_audit_event_routes(router, audit);
  access::add_disclosure_routes(router, audit);
  access::add_recipient_route(router, audit);
  access::add_screen_route(router, audit);
}

void add_query_routes(ops::http::Router& router, const Sources& sources, LiveHub& hub,
                      const Conclusions& conclusions) {
  add_alert_routes(router, sources);
  add_chart_routes(router, sources, conclusions.knowledge);
  checks::add_alert_rate_routes(router, sources);
  checks::add_check_routes(router, sources, conclusions.checks, conclusions.write);
  checks::add_drug_list(router, sources, conclusions.knowledge);
  checks::add_cds_hooks(router, sources, conclusions.checks, conclusions.write);
  add_live_routes(router, sources, hub);
  add_medication_routes(router, sources, conclusions.knowledge);
  add_prevention_routes(router, sources, conclusions.prevention);
  add_prevention_due_routes(router, sources, conclusions.prevention);
  add_quarantine_route(router, sources);
  add_quarantine_retry_route(router, sources);
  reconciliation::add_reconciliation_routes(router, sources, conclusions.knowledge,
                                            conclusions.write);
  settings::add_setting_routes(router, sources);
  add_timeline_routes(router, sources);
  add_trend_routes(router, sources);
  fhir::add_fhir_routes(router, sources);
  web::add_page_routes(router);
}

}  // namespace query
