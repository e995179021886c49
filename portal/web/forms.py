"""The forms' fields. Labels, hints and sentences stand in the templates; what an answer means, in the rules.

CSRF is checked once for every POST by `CSRFProtect`, so the forms themselves carry no second token.
"""

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, StringField

from portal.access.problems import Problem


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    class Meta:
        csrf = False

        def wrap_formdata(self, form: FlaskForm, formdata: object) -> MultiDict[str, str] | None:
            """An answer is a form's field. Flask-WTF would take a file or a JSON value for one, which are no text."""
            return request.form or None

    def blame(self, field: str, problem: Problem) -> None:
        """Show a problem beside the field it is about, and in the summary."""
        self[field].errors = [*self[field].errors, problem]

    @property
    def status(self) -> int:
        """200, or 422 when an answer has a problem (RFC 9110, 15.5.21)."""
        return 422 if any(field.errors for field in self) else 200


class AddressForm(Form):
    email = StringField()


class CodeForm(Form):
    code = StringField()


class CheckForm(CodeForm):
    """The code of the second step."""

    remember = BooleanField()


class DetailsForm(Form):
    name = StringField()
    password = PasswordField()


class SignInForm(Form):
    email = StringField()
    password = PasswordField()
    next = HiddenField()


class PasswordForm(Form):
    password = PasswordField()


class NewPasswordForm(Form):
    new_password = PasswordField()


class SavedForm(Form):
    saved = BooleanField()


class PrimaryForm(Form):
    primary = RadioField(validate_choice=False)


class ReasonForm(Form):
    reason = StringField()


class NameForm(Form):
    name = StringField()
