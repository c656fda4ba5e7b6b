/** Pages. Only the desk is loaded at once; the others come when they are opened. */
import { createRouter, createWebHistory, type Router } from 'vue-router';
import DeskPage from './pages/DeskPage.vue';
import type { Session } from './session/session.ts';

/** @param isCalm nothing rings: a board that is calm because its session is over must not be shown, by no way back either. */
export function createPages(session: Session, isCalm: () => boolean): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', redirect: '/desk' },
      { path: '/sign-in', component: () => import('./pages/SignInPage.vue'), meta: { open: true } },
      { path: '/password', component: () => import('./pages/PasswordPage.vue'), meta: { open: true } },
      { path: '/desk', component: DeskPage },
      { path: '/alarms/:id', component: () => import('./pages/AlarmPage.vue'), props: true },
      { path: '/devices', component: () => import('./pages/DevicesPage.vue') },
      { path: '/devices/:id', component: () => import('./pages/DevicePage.vue'), props: true },
      { path: '/history', component: () => import('./pages/HistoryPage.vue') },
      { path: '/reports', component: () => import('./pages/FiguresPage.vue') },
      { path: '/shift', component: () => import('./pages/ShiftPage.vue') },
      { path: '/approvals', component: () => import('./pages/ApprovalsPage.vue') },
      { path: '/accounts', component: () => import('./pages/AccountsPage.vue') },
      { path: '/warnings', component: () => import('./pages/WarningsPage.vue') },
      { path: '/sources/:id', component: () => import('./pages/SourcePage.vue'), props: true },
      { path: '/rules', component: () => import('./pages/RulesPage.vue') },
      { path: '/connect', component: () => import('./pages/ConnectPage.vue') },
      { path: '/:rest(.*)*', component: () => import('./pages/NotFoundPage.vue') },
    ],
  });
  router.beforeEach((to) => {
    const { user, ended } = session.state;
    if (to.path === '/sign-in') return user === null || ended ? true : '/desk';
    if (user === null || (ended && isCalm() && to.meta['open'] !== true))
      return { path: '/sign-in', query: to.path === '/desk' ? {} : { to: to.fullPath } };
    if (user.mustChangePassword && to.path !== '/password') return '/password';
    return true;
  });
  return router;
}
