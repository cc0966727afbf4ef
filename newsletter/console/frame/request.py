"""One request as a screen sees it, and the answers a screen gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from newsletter.config.options import Config
from newsletter.console.frame.origins import origin_of
from newsletter.console.frame.presentation import words
from newsletter.console.frame.presentation.flash import Flash, FlashKind
from newsletter.console.frame.presentation.forms import FormState, ModelT, Trouble, read_form
from newsletter.console.frame.presentation.navigation import NavigationGroup
from newsletter.console.frame.services import ConsoleServices
from newsletter.console.frame.state import PREFIX, ConsoleState
from newsletter.database import Database
from newsletter.errors import NotAllowed, ResourceNotFound
from newsletter.http.path_params import MAX_ID
from newsletter.queries.editions.undo import Leaving, leaving_soon
from newsletter.staff.actors import VISITOR, Actor
from newsletter.staff.permissions import Permission
from newsletter.staff.store import SignedIn


@dataclass(frozen=True, kw_only=True)
class ConsoleRequest:
    """A request, who makes it, and what they sent."""

    http: Request
    state: ConsoleState
    signed_in: SignedIn | None
    now: datetime
    cookie: str
    """What the forms of a page are bound to: the session's or visitor's cookie."""
    csrf: str
    flash: Flash | None = None
    form: FormData = field(default_factory=FormData)
    trouble: Trouble | None = None
    """Set where a form is shown again."""
    kept: str = ""
    """A form that was sent as the session had ended, to be sent on: `saved_forms`."""

    @property
    def context(self) -> ConsoleServices:
        """What actions are called with."""
        return self.state.services

    @property
    def config(self) -> Config:
        return self.state.services.config

    @property
    def database(self) -> Database:
        return self.state.services.database

    @property
    def actor(self) -> Actor:
        """The staff member as an actor; a visitor before they have signed in."""
        return self._from_here(self.signed_in.actor) if self.signed_in else self.visitor

    @property
    def visitor(self) -> Actor:
        """Whoever signs in, is invited or sets up."""
        return self._from_here(VISITOR)

    @property
    def member(self) -> SignedIn:
        """The staff member and their session; only on routes for those who are signed in."""
        assert self.signed_in is not None, "the route is public"  # noqa: S101 - its rule says so
        return self.signed_in

    @property
    def path(self) -> str:
        """The path of this page below /console."""
        return self.http.url.path.removeprefix(PREFIX) or "/"

    @property
    def query(self) -> QueryParams:
        return self.http.query_params

    def number(self, name: str = "number") -> int:
        """A number of the path, declared as {number:int}.

        Raises:
            ResourceNotFound: it is larger than any row's.
        """
        number: int = self.http.path_params[name]
        if number > MAX_ID:
            raise ResourceNotFound(f"there is nothing with the number {number}")
        return number

    def text(self, name: str) -> str:
        """A text of the path."""
        return str(self.http.path_params[name])

    def may(self, permission: Permission) -> bool:
        return permission in self.actor.permissions

    def require(self, permission: Permission) -> None:
        """
        Raises:
            NotAllowed: this staff member does not have the permission.
        """
        if not self.may(permission):
            role = self.member.member.role
            raise NotAllowed(
                f"as {'an' if role[0] in 'aeiou' else 'a'} {role} you may not "
                f"{words.DEEDS[permission]}; ask an owner to do it, or to let you"
            )

    def read(self, model: type[ModelT]) -> ModelT:
        """What was sent, as a model.

        Raises:
            FormErrors: a field is missing or wrong; the page is shown again with it.
        """
        return read_form(self.form, model)

    def fields(self, **defaults: Any) -> FormState:
        """The fields of a form: what was typed, or else these."""
        return FormState(defaults=defaults, trouble=self.trouble)

    def page(
        self,
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """A page.

        Args:
            template: below templates/console.
        """
        html = self.fragment(template, context)
        return HTMLResponse(html, status, headers=dict(headers or {}))

    def fragment(self, template: str, context: Mapping[str, Any] | None = None) -> str:
        """A part of a page as HTML."""
        variables = {"request": self, "now": self.now, **(context or {})}
        return self.state.views.render(template, variables)

    def redirect(
        self,
        path: str,
        message: str = "",
        *,
        kind: FlashKind = FlashKind.DONE,
        undo: str = "",
        **query: str,
    ) -> Response:
        """Go on to another page (303), with a message shown there once.

        Args:
            path: below /console.
            undo: the path of a form without fields that takes it back.
        """
        target = self.url(path) + (f"?{urlencode(query)}" if query else "")
        response = RedirectResponse(target, 303)
        if message:
            self.state.flashes.put(response, Flash(text=message, kind=kind, undo=undo))
        return response

    def url(self, path: str) -> str:
        """The address of a page of the console: "/staff" to "/console/staff"."""
        return self.state.base + (path if path != "/" else "")

    def _from_here(self, actor: Actor) -> Actor:
        if not self.config.console.keep_origins:
            return actor
        return replace(actor, origin=origin_of(self.http))

    @property
    def leaving(self) -> Sequence[Leaving]:
        """What leaves within the undo window, for those who may take it back."""
        if not self.may(Permission.STOP):
            return ()
        with self.database.read() as session:
            return leaving_soon(session, self.now, self.config.bulletins.undo)

    @property
    def navigation(self) -> Sequence[NavigationGroup]:
        """The pages that this staff member may open."""
        return self.state.navigation.of(self.actor, self.path)

    def with_form(self, form: FormData) -> "ConsoleRequest":
        return replace(self, form=form)

    def with_kept(self, token: str) -> "ConsoleRequest":
        return replace(self, kept=token)

    def at(self, http: Request, form: FormData) -> "ConsoleRequest":
        """The same staff member sending another form."""
        return replace(self, http=http, form=form, trouble=None, kept="")

    def with_trouble(self, trouble: Trouble) -> "ConsoleRequest":
        return replace(self, trouble=trouble)
